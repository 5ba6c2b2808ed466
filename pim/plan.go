package pim

import (
	"slices"
	"strings"
)

// Cap is how many recipients one event can have. The first thousand are told; nobody's right to act depends on being one.
const Cap = 1000

// Recipient is one person of the plan of one event: what is to become of their mail, and why.
type Recipient struct {
	Order         int             `json:"order,omitempty"` // from 1, capped ones counted on; 0 for those who were skipped
	Address       string          `json:"address,omitempty"`
	PrincipalID   string          `json:"principalId,omitempty"`
	DisplayName   string          `json:"displayName,omitempty"`
	Audience      Audience        `json:"audience"`
	RecipientType RecipientType   `json:"recipientType"` // which text they read
	Status        RecipientStatus `json:"status"`        // planned, skipped or capped
	Reason        string          `json:"reason,omitempty"`
	Why           *Why            `json:"-"` // what the plan knew of them; nil where nobody kept it. Never changed
}

// Filled is one column with its people, groups expanded, with normalised addresses.
type Filled struct {
	Audience Audience
	Source   Audience // the column of the matrix, where it is another one; see Column
	Cell     string   // what the matrix says there
	People   []Principal
	Reached  map[string]Reached // how they came to stand there, by their ids
}

func (g Filled) source() Audience {
	if g.Source == "" {
		return g.Audience
	}
	return g.Source
}

// PlanInput is everything a plan depends on.
type PlanInput struct {
	Event     EventKind
	Part      Part // empty: all of it
	Rules     Rules
	Profile   Profile     // which decided on the columns
	Requestor Principal   // who asked, with the address the directory knows
	Columns   []Filled    // in the order that Columns gives
	Earlier   []Recipient // of the same event, planned when another part of it was due

	AssignmentType AssignmentType // of an assignment's event: it chooses the rule
	DecidedBy      Principal      // who extended, renewed or refused, with the address the directory knows
	Silenced       string         // why nobody is told at all, although the columns ask for it; empty where they are
	Additional     []string       // addresses that are told as administrators, beside those that rules name
}

// Plan decides who of the people of an event's columns gets a mail: it applies the notification rules, leaves the requestor
// out where somebody else has to decide and the decider out where they would hear of their own extension, tells each person once
// with the text of the first audience they stand in, puts everybody in order and stops at the cap. Everybody who is left out is
// in the result too, with the reason; where the event is silenced, that is everybody.
func Plan(in PlanInput) []Recipient {
	p := planner{in: in, seen: map[string]bool{}, place: map[string]int{}, whys: newWhys()}
	for _, r := range in.Earlier {
		if r.Status != StatusSkipped {
			p.remember(r)
		}
		p.order = max(p.order, r.Order)
	}
	for _, g := range in.Columns {
		p.column(g)
	}
	p.additional()
	for _, r := range in.Earlier {
		p.remember(r) // whoever was left out before is not listed again
	}
	return append(p.told, p.untold()...)
}

type planner struct {
	in    PlanInput
	seen  map[string]bool // addresses, and the ids of those without one
	place map[string]int  // in told, of the same
	order int
	whys  whys
	told  []Recipient
	left  []Recipient // left out, unless another column tells them
}

func (p *planner) column(g Filled) {
	ruleID, recipientType := p.governing(g.Audience)
	rule := p.in.Rules.Rule(ruleID)
	silent := ruleID != notGoverned && (!rule.Lets(p.in.Event.RequiresAction()) || !rule.IsDefaultRecipientsEnabled)
	common := p.common(g.source(), g.Cell, ruleID)
	people := slices.Clone(g.People)
	slices.SortStableFunc(people, func(a, b Principal) int {
		return strings.Compare(a.Mail+"\x00"+a.ID, b.Mail+"\x00"+b.ID)
	})
	for _, person := range people {
		r := Recipient{
			Address: person.Mail, PrincipalID: person.ID, DisplayName: person.DisplayName,
			Audience: g.Audience, RecipientType: recipientType, Why: p.whys.of(common, g.Reached[person.ID]),
		}
		switch {
		case p.ownRequest(r):
			p.leaveOut(r, ReasonOwnRequest)
		case p.decided(r):
			p.leaveOut(r, ReasonOwnDecision)
		case p.in.Silenced != "":
			p.leaveOut(r, p.in.Silenced)
		case silent:
			p.leaveOut(r, ReasonRuleOff)
		case person.Mail == "":
			p.leaveOut(r, ReasonNoAddress)
		default:
			p.tell(r)
		}
	}
}

// governing is the rule of an audience, and the text that it reads. No rule governs the word that nobody was reached: a rule may be
// why nobody was, and the tenant has a switch for it.
func (p *planner) governing(a Audience) (RuleID, RecipientType) {
	if p.in.Part == PartUnreachable {
		return notGoverned, AdminRecipient
	}
	return Governing(p.in.Event, p.in.AssignmentType, a)
}

// additional adds the addresses that rules and settings name beside those who stand in a column, once each, after everybody else.
func (p *planner) additional() {
	var types []RecipientType
	addresses, ruledBy := map[string]RecipientType{}, map[string]RuleID{}
	var order []string
	add := func(as RecipientType, by RuleID, names []string) {
		for _, address := range names {
			if _, known := addresses[address]; !known {
				addresses[address], ruledBy[address] = as, by
				order = append(order, address)
			}
		}
	}
	for _, g := range p.in.Columns {
		ruleID, recipientType := p.governing(g.Audience)
		if ruleID == notGoverned || slices.Contains(types, recipientType) {
			continue
		}
		types = append(types, recipientType)
		rule := p.in.Rules.Rule(ruleID)
		if !rule.Lets(p.in.Event.RequiresAction()) {
			continue
		}
		add(recipientType, ruleID, rule.NotificationRecipients)
	}
	add(AdminRecipient, notGoverned, p.in.Additional)
	slices.Sort(order)
	for _, address := range order {
		r := Recipient{
			Address: address, Audience: Additional, RecipientType: addresses[address],
			Why: p.whys.of(p.common(Additional, "", ruledBy[address]), Reached{}),
		}
		switch {
		case p.ownRequest(r):
			p.leaveOut(r, ReasonOwnRequest)
		case p.decided(r):
			p.leaveOut(r, ReasonOwnDecision)
		case p.in.Silenced != "":
			p.leaveOut(r, p.in.Silenced)
		default:
			p.tell(r)
		}
	}
}

// ownRequest reports whether somebody would be asked about their own request, or told as an approver how it was decided, or that nobody
// who could decide it was reached. Whoever has the requestor's address is the requestor, also where a directory knows them under
// another id.
func (p *planner) ownRequest(r Recipient) bool {
	return (r.RecipientType == ApproverRecipient || p.in.Part == PartUnreachable) && r.is(p.in.Requestor)
}

// decided reports whether an administrator would be told of what they did themselves, in whatever column they stand.
func (p *planner) decided(r Recipient) bool {
	return !p.in.Event.tellsDecider() && r.is(p.in.DecidedBy)
}

// is reports whether a recipient is somebody, by id or by address: two ids with one address are one person here.
func (r Recipient) is(who Principal) bool {
	return who.Same(Principal{ID: r.PrincipalID}) || (who.Mail != "" && who.Mail == r.Address)
}

func (p *planner) tell(r Recipient) {
	if p.known(r) {
		p.aside(r)
		return
	}
	p.remember(r)
	for _, key := range r.keys() {
		p.place[key] = len(p.told)
	}
	p.order++
	r.Order, r.Status = p.order, StatusPlanned
	if r.Order > Cap {
		r.Status, r.Reason = StatusCapped, ReasonOverCap
	}
	p.told = append(p.told, r)
}

func (p *planner) leaveOut(r Recipient, reason string) {
	r.Status, r.Reason = StatusSkipped, reason
	p.left = append(p.left, r)
}

// untold are those whom no column told, each once, with the first reason there was.
func (p *planner) untold() []Recipient {
	var untold []Recipient
	for _, r := range p.left {
		if !p.known(r) {
			p.remember(r)
			untold = append(untold, r)
			continue
		}
		p.aside(r)
	}
	return untold
}

// aside notes with somebody who is told that they stand in another column too.
func (p *planner) aside(r Recipient) {
	for _, key := range r.keys() {
		if i, told := p.place[key]; told {
			if column := r.Why.Column; column != p.told[i].Why.Column {
				p.told[i].Why = p.whys.beside(p.told[i].Why, Aside{Column: column, Reason: r.Reason})
			}
			return
		}
	}
}

func (p *planner) known(r Recipient) bool {
	return slices.ContainsFunc(r.keys(), func(key string) bool { return p.seen[key] })
}

func (p *planner) remember(r Recipient) {
	for _, key := range r.keys() {
		p.seen[key] = true
	}
}

// keys are what makes two recipients one: the address, and the id.
func (r Recipient) keys() []string {
	keys := make([]string, 0, 2)
	if r.Address != "" {
		keys = append(keys, "address "+r.Address)
	}
	if r.PrincipalID != "" {
		keys = append(keys, "principal "+r.PrincipalID)
	}
	return keys
}
