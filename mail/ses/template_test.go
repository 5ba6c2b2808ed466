package ses

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/stretchr/testify/require"
)

const templateFile = "../../deploy/aws/ses-events.yaml"

// template is the CloudFormation template, as far as it is looked at here.
type template struct {
	Parameters map[string]any `yaml:"Parameters"`
	Conditions map[string]any `yaml:"Conditions"`
	Resources  map[string]struct {
		Type       string         `yaml:"Type"`
		DependsOn  string         `yaml:"DependsOn"`
		Properties map[string]any `yaml:"Properties"`
	} `yaml:"Resources"`
}

func readTemplate(t *testing.T) (template, *ast.File) {
	t.Helper()
	text, err := os.ReadFile(templateFile)
	require.NoError(t, err)
	file, err := parser.ParseBytes(text, 0)
	require.NoError(t, err)
	var parsed template
	require.NoError(t, yaml.Unmarshal(text, &parsed))
	require.NotEmpty(t, parsed.Resources)
	return parsed, file
}

// reference is a place where the template names something of its own.
type reference struct{ tag, name string }

// references finds them; it is an ast.Visitor.
type references struct{ found []reference }

var substitution = regexp.MustCompile(`\$\{([^}!]+)\}`)

func (r *references) Visit(node ast.Node) ast.Visitor {
	tag, ok := node.(*ast.TagNode)
	if !ok {
		return r
	}
	switch name := tag.Start.Value; name {
	case "!Ref", "!GetAtt", "!Condition":
		r.found = append(r.found, reference{name, scalar(tag.Value)})
	case "!Sub":
		for _, m := range substitution.FindAllStringSubmatch(scalar(tag.Value), -1) {
			r.found = append(r.found, reference{name, m[1]})
		}
	case "!If":
		if list, ok := tag.Value.(*ast.SequenceNode); ok {
			r.found = append(r.found, reference{name, scalar(list.Values[0])})
		}
	}
	return r
}

func scalar(node ast.Node) string {
	if s, ok := node.(*ast.StringNode); ok {
		return s.Value
	}
	return node.String()
}

// unresolved are the references that name nothing.
func (p template) unresolved(file *ast.File) (missing []reference, n int) {
	var all references
	for _, doc := range file.Docs {
		ast.Walk(&all, doc.Body)
	}
	attributes := map[string][]string{"AWS::SQS::Queue": {"Arn", "QueueName"}}
	for _, r := range all.found {
		name, attribute, _ := strings.Cut(r.name, ".")
		_, isResource := p.Resources[name]
		_, isParameter := p.Parameters[name]
		_, isCondition := p.Conditions[name]
		pseudo := slices.Contains([]string{"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::NoValue"}, r.name)
		var ok bool
		switch r.tag {
		case "!Ref", "!Sub":
			ok = isResource || isParameter || pseudo
		case "!GetAtt":
			ok = isResource && slices.Contains(attributes[p.Resources[name].Type], attribute)
		default:
			ok = isCondition
		}
		if !ok {
			missing = append(missing, r)
		}
	}
	return missing, len(all.found)
}

func TestEveryReferenceOfTheTemplateNamesSomething(t *testing.T) {
	parsed, file := readTemplate(t)
	missing, n := parsed.unresolved(file)
	require.Empty(t, missing)
	require.Greater(t, n, 20, "they were looked at")
	for name, r := range parsed.Resources {
		require.Regexp(t, `^AWS::(SES|SNS|SQS|IAM|CloudWatch)::[A-Za-z]+$`, r.Type, name)
		if r.DependsOn != "" {
			require.Contains(t, parsed.Resources, r.DependsOn, name)
		}
	}

	text, err := os.ReadFile(templateFile)
	require.NoError(t, err)
	broken, err := parser.ParseBytes([]byte(strings.Replace(string(text), "!GetAtt Events.Arn", "!GetAtt Event.Arn", 1)), 0)
	require.NoError(t, err)
	missing, _ = parsed.unresolved(broken)
	require.Equal(t, []reference{{"!GetAtt", "Event.Arn"}}, missing, "the check can fail")
}

func TestTheTemplateHasTheEventsThatAreUnderstood(t *testing.T) {
	parsed, _ := readTemplate(t)
	destination := parsed.Resources["EventDestination"].Properties["EventDestination"].(map[string]any)
	require.ElementsMatch(t, []any{"send", "delivery", "deliveryDelay", "bounce", "complaint", "reject", "renderingFailure"}, destination["MatchingEventTypes"])
	require.EqualValues(t, visibility/time.Second, parsed.Resources["Events"].Properties["VisibilityTimeout"])
}

// What a worker may do is what it does, and nothing else.
func TestThePolicyOfAWorkerIsTheLeast(t *testing.T) {
	parsed, _ := readTemplate(t)
	var actions []any
	for _, s := range parsed.Resources["WorkerPolicy"].Properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
		statement := s.(map[string]any)
		require.Equal(t, "Allow", statement["Effect"])
		if list, ok := statement["Action"].([]any); ok {
			actions = append(actions, list...)
		} else {
			actions = append(actions, statement["Action"])
		}
		if statement["Sid"] == "Send" {
			require.Contains(t, statement["Condition"].(map[string]any)["StringEquals"], "ses:FromAddress")
		}
		if statement["Resource"] == "*" {
			require.Equal(t, "ses:GetAccount", statement["Action"], "nothing else has no resource")
		}
	}
	require.ElementsMatch(t, []any{
		"ses:SendEmail", "ses:GetAccount", "ses:GetEmailIdentity",
		"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility",
	}, actions)
}
