package directory

import (
	"container/list"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// maxKnown bounds the answers that are kept, by the bytes in which they came.
const maxKnown = 64 << 20

// answers are what a service has answered, each with the tag by which the service can say that it still holds. Those that were
// not asked for the longest time go first. Answers never change, and are shared.
type answers struct {
	mu    sync.Mutex
	most  int // bytes, of all together
	size  int
	byURL map[string]*list.Element
	order *list.List // of *answer, the latest first
}

type answer struct {
	url     string
	tag     string
	content any
	size    int
}

func newAnswers(most int) *answers {
	return &answers{most: most, byURL: map[string]*list.Element{}, order: list.New()}
}

func (a *answers) get(url string) (answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.byURL[url]
	if !ok {
		return answer{}, false
	}
	a.order.MoveToFront(e)
	return *e.Value.(*answer), true
}

// put keeps an answer in the place of the one before. One without a tag is not kept: nobody could say that it still holds.
func (a *answers) put(url, tag string, content any, size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drop(a.byURL[url])
	size += len(url) + len(tag)
	if tag == "" || size > a.most {
		return
	}
	a.byURL[url] = a.order.PushFront(&answer{url, tag, content, size})
	for a.size += size; a.size > a.most; {
		a.drop(a.order.Back())
	}
}

func (a *answers) drop(e *list.Element) {
	if e == nil {
		return
	}
	gone := a.order.Remove(e).(*answer)
	delete(a.byURL, gone.url)
	a.size -= gone.size
}

var tagForm = regexp.MustCompile(`^(W/)?"[\x21\x23-\x7e]{0,512}"$`)

// entityTag is an answer's ETag, or "" where it has none that could be sent back.
func entityTag(h http.Header) string {
	if tag := h.Get("ETag"); tagForm.MatchString(tag) {
		return tag
	}
	return ""
}

// opaqueTag is a tag without the mark that its answer may differ in what makes no difference, such as compression.
func opaqueTag(tag string) string { return strings.TrimPrefix(tag, "W/") }
