package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// attacks are names and reasons, the first of them a harmless one that the others are held against.
var attacks = []string{
	"Harmless",
	`O'Brien & <b>`,
	"x\r\nBcc: everybody@contoso.example\r\n\r\n<html>",
	"\u202ereversed\u202c \u2066isolated \u200b\ufeff",
	"\U0001F468\u200d\U0001F469 \U0001F600",
	`"><img src=x onerror=alert(1)></pre></table><script>alert(1)</script>`,
	`<a href="https://evil.example/">Approve</a> javascript:alert(1)`,
	"{{.}} {{template \"mail\" .}}",
	strings.TrimSpace(strings.Repeat("long ", 2000)),
}

// hostileDirectory has one user for each attack, who has no other name, in an organisation and a group that are called so too.
func hostileDirectory() []byte {
	var b strings.Builder
	b.WriteString("tenants:\n  contoso:\n    displayName: " + quoted(attacks[1]) + "\n    users:\n")
	var members []string
	for i, attack := range attacks {
		fmt.Fprintf(&b, "      - {id: h%d, displayName: %s, mail: h%d@contoso.example}\n", i, quoted(attack), i)
		members = append(members, fmt.Sprintf("h%d", i))
	}
	b.WriteString("      - {id: boss, displayName: " + quoted(attacks[5]) + ", mail: boss@contoso.example}\n")
	fmt.Fprintf(&b, "    groups:\n      - {id: g, displayName: %s, members: [%s, boss]}\n", quoted(attacks[2]), strings.Join(members, ", "))
	b.WriteString("    holders:\n      - {role: Global Administrator, scope: /, principal: boss, state: permanent}\n")
	return []byte(b.String())
}

// quoted is a text as YAML and JSON both have it.
func quoted(text string) string {
	encoded, _ := json.Marshal(text) // a text can always be encoded
	return string(encoded)
}

func TestHostileNamesAndReasonsArriveAsTextAndAddNothingToAMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{directory: hostileDirectory(), env: map[string]string{"PIMNOTIFY_ENGINE_DELAY": "0", "PIMNOTIFY_EXPIRY_NOTICES": "1h"}})
	var all []func(testing.TB)
	for i, attack := range attacks {
		all = append(all, func(t testing.TB) {
			t.Helper()
			w.attackWith(t, i, attack)
		})
	}
	together(t, all...)

	harmless := map[string]string{} // the elements of each text, by event and reader
	reader := func(m inbox.Received) (attack, kind string) {
		_, rest, _ := strings.Cut(m.Header("X-PIM-Event-Id"), "attack-")
		attack, _, _ = strings.Cut(rest, ".")
		role := map[bool]string{true: "who has it", false: "somebody else"}[local(m.To[0]) == "h"+attack]
		return attack, m.Header("X-PIM-Event") + " to " + role
	}
	received := w.inbox.Messages()
	for _, m := range received {
		if attack, kind := reader(m); attack == "0" {
			harmless[kind] = elements(t, m.HTML)
		}
	}
	require.Len(t, harmless, 8, "%v", slices.Collect(maps.Keys(harmless)))
	for _, m := range received {
		attack, kind := reader(m)
		require.Equal(t, harmless[kind], elements(t, m.HTML), "%s, attack %s", kind, attack)
		require.Equal(t, []string{"Auto-Submitted", "X-PIM-Event", "X-PIM-Event-Id"}, names(m.Headers))
		require.Len(t, m.To, 1)
		for _, line := range []string{m.Subject, m.From, m.Header("X-PIM-Event-Id")} {
			require.NotContains(t, line, "everybody@contoso.example\n")
			require.False(t, strings.ContainsFunc(line, func(r rune) bool {
				return unicode.IsControl(r) || (unicode.Is(unicode.Cf, r) && r != '\u200d')
			}), "%q", line)
		}
		require.True(t, strings.HasPrefix(m.Subject, "PIM: "))
	}
	w.reasonsArrive(t, received)
}

// attackWith plays an activation and an assignment in which every text that people write is the attack.
func (w *world) attackWith(t testing.TB, i int, attack string) {
	t.Helper()
	id, who := fmt.Sprintf("%sattack-%d", w.prefix, i), pim.Principal{ID: fmt.Sprintf("h%d", i)}
	role, scope := pim.Role{ID: "role-" + fmt.Sprint(i), DisplayName: attack}, pim.Scope{ID: "/", DisplayName: attack}
	ticket := pim.TicketInfo{TicketNumber: shortened(attack), TicketSystem: shortened(attack)}
	w.put(t, id, activation(func(r *pim.ActivationRequest) {
		r.Principal, r.Role, r.Scope, r.Justification, r.TicketInfo = who, role, scope, attack, ticket
		r.Approval.Approvers = []pim.Principal{{ID: "boss"}}
	}))
	w.awaitTold(t, "activationRequests/"+id, "activation."+id+".pendingApproval")
	answer := pim.Decision{ReviewResult: pim.Deny, ReviewedBy: pim.Principal{ID: "boss"}, Justification: attack}
	w.call(t, "POST", "activationRequests/"+id+"/decision", answer).done(t)
	w.awaitTold(t, "activationRequests/"+id, "activation."+id+".denied")

	w.assign(t, id, assignment(func(a *pim.Assignment) {
		a.Principal, a.Role, a.Scope, a.Justification, a.TicketInfo, a.AssignedBy = who, role, scope, attack, ticket, pim.Principal{ID: "boss"}
	}))
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".assigned")
	asked := wish(who.ID, lasting(time.Hour))
	asked.Justification = attack
	w.ask(t, id, "extend", "x", asked)
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".extendRequested.r~x")
	w.answer(t, id, "extend", "x", pim.ExtensionDecision{Decision: answer}).done(t)
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".refused.r~x")
	change := by("boss", lasting(2*time.Hour))
	change.Justification = attack
	w.change(t, id, "extend", change).done(t)
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".extended.n~1")
}

// shortened is a text that a ticket can have.
func shortened(text string) string { return text[:min(len(text), 500)] }

// reasonsArrive looks for what people wrote: all of it, and as they wrote it but for what nobody can see.
func (w *world) reasonsArrive(t *testing.T, received []inbox.Received) {
	t.Helper()
	for attack, says := range map[int]string{1: "> O'Brien & <b>", 2: "> Bcc: everybody@contoso.example", 4: "\U0001F468\u200d\U0001F469 \U0001F600", 7: "> {{.}} {{template \"mail\" .}}", 8: attacks[8]} {
		id := fmt.Sprintf("activation.%sattack-%d.pendingApproval", w.prefix, attack)
		i := slices.IndexFunc(received, func(m inbox.Received) bool { return m.Header("X-PIM-Event-Id") == id })
		require.GreaterOrEqual(t, i, 0, id)
		require.Contains(t, received[i].Text, says)
	}
}

func names(headers []inbox.Header) (all []string) {
	for _, h := range headers {
		all = append(all, h.Name)
	}
	slices.Sort(all)
	return all
}

// elements are the elements of a page in their order, with where their links lead: all of them to the portal.
func elements(t testing.TB, page string) string {
	t.Helper()
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken && token.Type != html.EndTagToken {
			continue
		}
		b.WriteString(token.Type.String() + " " + token.Data + "\n")
		for _, a := range token.Attr {
			if a.Key == "href" || a.Key == "src" {
				require.True(t, strings.HasPrefix(a.Val, "https://portal.contoso.example/pim/"), a.Val)
			}
			require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
		}
	}
	require.ErrorIs(t, z.Err(), io.EOF)
	return b.String()
}
