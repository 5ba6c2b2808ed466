package assembly

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"pimnotify/pim"
)

// Config is a deployment's settings, parsed.
type Config struct {
	Listen           string
	WorkerListen     string
	Ledger           string
	Directory        string
	DirectoryToken   string
	SettingsFile     string
	From             string
	FromName         string
	PortalURL        string
	EngineDelay      pim.EngineDelay
	ApprovalTimeout  time.Duration
	ExpiryNotices    []time.Duration
	RenewWindow      time.Duration
	SendRate         float64
	APITokens        string
	Audit            string
	AuditKey         string
	ConfigurationSet string
	EventsQueue      string
	EventsTopic      string
	Grace            time.Duration
	WorkflowCache    int
	TaskQueue        string

	// SESEndpoint and SQSEndpoint are local servers that speak SES and SQS. They are no settings: AWS_ENDPOINT_URL_SESV2 and
	// AWS_ENDPOINT_URL_SQS are. Empty: the AWS SDK's chain.
	SESEndpoint, SQSEndpoint string
}

// Setting is one row of the table.
type Setting struct {
	Env     string // the environment variable; the flag is the same without PIMNOTIFY_, in lower case with dashes
	Default string // empty: none
	Meaning string
	set     func(*Config, string) error
}

// Flag is the name of the flag that overrides the environment.
func (s Setting) Flag() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s.Env, "PIMNOTIFY_")), "_", "-")
}

// Table is every setting. docs/configuration.md shows the same rows; a test holds them equal.
var Table = []Setting{
	{"PIMNOTIFY_LISTEN", "127.0.0.1:8080", "address of the API; beyond loopback only with PIMNOTIFY_API_TOKENS",
		text(func(c *Config) *string { return &c.Listen })},
	{"PIMNOTIFY_WORKER_LISTEN", "127.0.0.1:8081", "address of the worker's health, readiness and metrics",
		text(func(c *Config) *string { return &c.WorkerListen })},
	{"PIMNOTIFY_LEDGER", "pimnotify.db", "SQLite file, shared by the processes of one host, or postgres://…",
		text(func(c *Config) *string { return &c.Ledger })},
	{"PIMNOTIFY_DIRECTORY", "", "YAML file of who holds what (dev and demo bring one), or the https:// base URL of a service that knows",
		text(func(c *Config) *string { return &c.Directory })},
	{"PIMNOTIFY_DIRECTORY_TOKEN", "", "file of the bearer token for a directory that is a service; without one none is sent",
		text(func(c *Config) *string { return &c.DirectoryToken })},
	{"PIMNOTIFY_SETTINGS", "", "YAML file of tenants' settings and notification rules; without one the defaults hold",
		text(func(c *Config) *string { return &c.SettingsFile })},
	{"PIMNOTIFY_FROM", "MSSecurity-noreply@microsoft.com", "sender; an identity that the SES account has verified",
		func(c *Config, value string) error { c.From = value; return checkAddress(value) }},
	{"PIMNOTIFY_FROM_NAME", "Microsoft Security", "name shown beside the sender's address",
		text(func(c *Config) *string { return &c.FromName })},
	{"PIMNOTIFY_PORTAL_URL", "", "https address under which the links of mails lead to the portal (the worker needs it; the API for previews)",
		func(c *Config, value string) error { c.PortalURL = value; return checkPortal(value) }},
	{"PIMNOTIFY_ENGINE_DELAY", "3m,10m,15m", "the approval engine's delay: minimum, 90th percentile, maximum; 0 for none",
		func(c *Config, value string) (err error) { c.EngineDelay, err = parseDelay(value); return err }},
	{"PIMNOTIFY_APPROVAL_TIMEOUT", "24h", "how long a request waits for its approvers",
		span(func(c *Config) *time.Duration { return &c.ApprovalTimeout })},
	{"PIMNOTIFY_EXPIRY_NOTICES", "336h,24h", "how long before its end an assignment is told of, one or more, descending; the first is also when it can be extended",
		func(c *Config, value string) (err error) { c.ExpiryNotices, err = parseNotices(value); return err }},
	{"PIMNOTIFY_RENEW_WINDOW", "720h", "how long after its end an assignment can be renewed",
		span(func(c *Config) *time.Duration { return &c.RenewWindow })},
	{"PIMNOTIFY_SEND_RATE", "14", "recipients a second, where SES does not answer what the account may send",
		func(c *Config, value string) (err error) { c.SendRate, err = parseRate(value); return err }},
	{"PIMNOTIFY_API_TOKENS", "", "file of bearer tokens, hashed, one a caller; needed to listen beyond loopback",
		text(func(c *Config) *string { return &c.APITokens })},
	{"PIMNOTIFY_SES_CONFIGURATION_SET", "", "SES configuration set to send with, whose events tell what becomes of mails",
		text(func(c *Config) *string { return &c.ConfigurationSet })},
	{"PIMNOTIFY_SES_EVENTS_QUEUE", "", "URL of the SQS queue in which SES's events arrive; the workers read it",
		func(c *Config, value string) error { c.EventsQueue = value; return checkQueue(value) }},
	{"PIMNOTIFY_SES_EVENTS_TOPIC", "", "ARN of the SNS topic that posts SES's events to the API, where there is no queue",
		func(c *Config, value string) error { c.EventsTopic = value; return checkTopic(value) }},
	{"PIMNOTIFY_GRACE", "60s", "how long a mail whose outcome is unknown waits for its proof, before it is sent again",
		span(func(c *Config) *time.Duration { return &c.Grace })},
	{"PIMNOTIFY_AUDIT", "", "where the lines of the audit go: stdout, or a file that is added to; without one they are in the ledger alone",
		text(func(c *Config) *string { return &c.Audit })},
	{"PIMNOTIFY_AUDIT_KEY", "", "file of the audit's keys, the one in use first; without one entries have plain hashes",
		text(func(c *Config) *string { return &c.AuditKey })},
	{"PIMNOTIFY_WORKFLOW_CACHE", "2000", "runs that a worker keeps in memory; 0: none, every task replays its history",
		func(c *Config, value string) (err error) { c.WorkflowCache, err = parseCount(value); return err }},
	{"PIMNOTIFY_TASK_QUEUE", "pimnotify", "Temporal task queue of the workers",
		text(func(c *Config) *string { return &c.TaskQueue })},
}

// Load reads every setting: lookup answers a flag or the environment, by the name of the variable. Every wrong value is in the
// error, not only the first.
func Load(lookup func(env string) string) (Config, error) {
	var c Config
	var wrong []string
	for _, s := range Table {
		value := strings.TrimSpace(lookup(s.Env))
		if value == "" {
			value = s.Default
		}
		if value == "" {
			continue
		}
		if err := s.set(&c, value); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s %v (it is %q)", s.Env, err, value))
		}
	}
	if len(wrong) > 0 {
		return c, fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	return c, nil
}

// How all our variables begin, and those that only tests read.
const (
	ourPrefix  = "PIMNOTIFY_"
	testPrefix = "PIMNOTIFY_TEST_"
)

// Unknown names the variables of ours in an environment, NAME=value each, that are none: a mistyped name must not be a setting
// that nobody reads.
func Unknown(environ []string) error {
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, ourPrefix) && !strings.HasPrefix(name, testPrefix) && meaning(name) == "" {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("no such setting: %s (pimnotify worker --help lists them)", strings.Join(unknown, ", "))
}

// Require says which of the named variables have no value.
func (c Config) Require(names ...string) error {
	values := map[string]string{"PIMNOTIFY_DIRECTORY": c.Directory, "PIMNOTIFY_PORTAL_URL": c.PortalURL}
	for _, name := range names {
		if value, known := values[name]; known && value == "" {
			return fmt.Errorf("%s is required: %s", name, meaning(name))
		}
	}
	return nil
}

// Settings are the defaults, which hold where a tenant sets nothing.
func (c Config) Settings() pim.Settings {
	s := pim.DefaultSettings()
	s.EngineDelay, s.ApprovalTimeout = c.EngineDelay, c.ApprovalTimeout
	s.ExpiryNotices, s.RenewWindow = c.ExpiryNotices, c.RenewWindow
	return s
}

func meaning(env string) string {
	for _, s := range Table {
		if s.Env == env {
			return s.Meaning
		}
	}
	return ""
}

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error { *field(c) = value; return nil }
}

func span(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("must be a positive duration such as 90s or 24h")
		}
		*field(c) = d
		return nil
	}
}

func parseDelay(value string) (pim.EngineDelay, error) {
	if value == "0" {
		return pim.EngineDelay{}, nil
	}
	parts := strings.Split(value, ",")
	if len(parts) != 3 {
		return pim.EngineDelay{}, fmt.Errorf("must be three durations such as 3m,10m,15m, or 0 for none")
	}
	var bounds [3]time.Duration
	for i, part := range parts {
		d, err := time.ParseDuration(strings.TrimSpace(part))
		if err != nil {
			return pim.EngineDelay{}, fmt.Errorf("must be three durations such as 3m,10m,15m, or 0 for none")
		}
		bounds[i] = d
	}
	delay := pim.EngineDelay{Min: bounds[0], P90: bounds[1], Max: bounds[2]}
	return delay, delay.Validate()
}

func parseNotices(value string) ([]time.Duration, error) {
	var notices []time.Duration
	for _, part := range strings.Split(value, ",") {
		d, err := time.ParseDuration(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("must be durations such as 336h,24h")
		}
		notices = append(notices, d)
	}
	return notices, pim.ValidateNotices(notices)
}

func parseRate(value string) (float64, error) {
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || !(rate > 0) || rate > 1e6 {
		return 0, fmt.Errorf("must be a number of recipients a second, greater than 0")
	}
	return rate, nil
}

func parseCount(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("must be a whole number, 0 or greater")
	}
	return n, nil
}

func checkAddress(value string) error {
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Name != "" || parsed.Address != value {
		return fmt.Errorf("must be a bare e-mail address")
	}
	if strings.EqualFold(value, "azure-noreply@microsoft.com") {
		return fmt.Errorf("must not be this address: Microsoft has deprecated it as a sender of PIM mail")
	}
	if local, _, _ := strings.Cut(value, "@"); strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
		return fmt.Errorf("must have ASCII characters only before the @: SES sends from no other address")
	}
	return nil
}

// checkPortal lets http through for loopback only: a link in a mail is followed by an administrator.
func checkPortal(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("must be an address such as https://pim.contoso.example, without query or credentials")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u)) {
		return fmt.Errorf("must begin with https://")
	}
	return nil
}

// checkQueue lets http through for a local server that speaks SQS: on this machine, or a container by its name.
func checkQueue(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") == "" ||
		!(u.Scheme == "https" || u.Scheme == "http" && (isLoopback(u) || !strings.ContainsAny(u.Hostname(), ".:"))) {
		return fmt.Errorf("must be the URL of an SQS queue, such as https://sqs.eu-north-1.amazonaws.com/123456789012/pimnotify-events")
	}
	return nil
}

var topicARN = regexp.MustCompile(`^arn:aws(-[a-z-]+)?:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`)

func checkTopic(value string) error {
	if !topicARN.MatchString(value) {
		return fmt.Errorf("must be the ARN of an SNS topic, such as arn:aws:sns:eu-north-1:123456789012:pimnotify-events")
	}
	return nil
}

func isLoopback(u *url.URL) bool {
	return u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
}

// Override gives one setting another value.
func Override(c *Config, env, value string) error {
	for _, s := range Table {
		if s.Env == env {
			return s.set(c, value)
		}
	}
	return fmt.Errorf("no setting is called %s", env)
}
