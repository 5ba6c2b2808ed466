package starter

import (
	"fmt"
	"slices"

	"pimnotify/internal/address"
	"pimnotify/pim"
)

// normalise brings the addresses of a request into the one form in which they are compared. It says which cannot be, apart from
// those that already were complained about. At is how the locations of the request begin.
func normalise(at string, r *pim.ActivationRequest, known []pim.Problem) []pim.Problem {
	r.Approval.Approvers = slices.Clone(r.Approval.Approvers)
	problems := normaliseMail(at+"principal.mail", &r.Principal, known)
	for i := range r.Approval.Approvers {
		problems = append(problems, normaliseMail(fmt.Sprintf("%sapproval.approvers[%d].mail", at, i), &r.Approval.Approvers[i], known)...)
	}
	return problems
}

func normaliseMail(location string, p *pim.Principal, known []pim.Problem) []pim.Problem {
	if p.Mail == "" || slices.ContainsFunc(known, func(k pim.Problem) bool { return k.Location == location }) {
		return nil
	}
	mail, err := address.Normalize(p.Mail)
	if err != nil {
		return []pim.Problem{{Location: location, Message: err.Error(), Value: p.Mail}}
	}
	p.Mail = mail
	return nil
}
