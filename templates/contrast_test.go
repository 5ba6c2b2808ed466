package templates

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// readable is the contrast that WCAG asks for in text of ordinary size.
const readable = 4.5

func TestEveryWordIsReadableInLightAndInTheDark(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		p := parsePage(t, render(t, made, s.Letter).HTML)
		dark := darkRules(t, p)
		for _, rules := range [][]darkRule{nil, dark} {
			p.each(func(n *html.Node) {
				if n.Type != html.TextNode || strings.TrimSpace(n.Data) == "" || unseen(n) {
					return
				}
				ink, paper := painted(t, n, "color", rules), painted(t, n, "background-color", rules)
				require.GreaterOrEqual(t, contrast(ink, paper), readable, "%s: %q is %s on %s", s.Name, n.Data, ink, paper)
			})
		}
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	require.InDelta(t, 21, contrast("#000000", "#ffffff"), 0.001)
	require.InDelta(t, 1, contrast("#0f6cbd", "#0f6cbd"), 0.001)
	require.InDelta(t, 4.48, contrast("#777777", "#ffffff"), 0.005)
}

// darkRule is what a mail changes of its looks in the dark: of the elements with the class, or of the links in them.
type darkRule struct {
	class, within string
	looks         map[string]string
}

var ruleText = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)

func darkRules(t *testing.T, p page) []darkRule {
	t.Helper()
	var all []darkRule
	for _, style := range p.all("style") {
		_, rest, _ := strings.Cut(style.FirstChild.Data, asTheReaderPrefers+" {")
		block, _, _ := strings.Cut(rest, "\n}")
		for _, found := range ruleText.FindAllStringSubmatch(block, -1) {
			for selector := range strings.SplitSeq(found[1], ",") {
				class, within, _ := strings.Cut(strings.TrimSpace(selector), " ")
				all = append(all, darkRule{strings.TrimPrefix(class, "."), within, looksOf(found[2])})
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

func looksOf(declarations string) map[string]string {
	looks := map[string]string{}
	for d := range strings.SplitSeq(declarations, ";") {
		property, value, _ := strings.Cut(d, ":")
		looks[strings.TrimSpace(property)] = strings.TrimSpace(strings.TrimSuffix(value, "!important"))
	}
	return looks
}

// painted is the colour that a text gets from the nearest element that has one.
func painted(t *testing.T, n *html.Node, property string, rules []darkRule) string {
	t.Helper()
	for e := range n.Ancestors() {
		colour := looksOf(attribute(e, "style"))[property]
		for _, r := range rules {
			if changed, ok := r.looks[property]; ok && r.meets(e) {
				colour = changed
			}
		}
		if colour != "" {
			return colour
		}
	}
	t.Fatalf("nothing gives %q a %s", n.Data, property)
	return ""
}

func (r darkRule) meets(e *html.Node) bool {
	if r.within == "" {
		return hasClass(e, r.class)
	}
	return e.Data == r.within && slices.ContainsFunc(slices.Collect(e.Ancestors()), func(a *html.Node) bool { return hasClass(a, r.class) })
}

func hasClass(e *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(e, "class")), class)
}

func unseen(n *html.Node) bool {
	for e := range n.Ancestors() {
		if e.Data == "head" || strings.Contains(attribute(e, "style"), "display:none") {
			return true
		}
	}
	return false
}

func contrast(a, b string) float64 {
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(fmt.Sprintf("%q is not a colour like #0f6cbd", colour))
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
