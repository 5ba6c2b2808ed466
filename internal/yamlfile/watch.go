package yamlfile

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

const (
	// settle is how long after the first sign of an edit the file is read: editors empty a file before they write it.
	settle = 200 * time.Millisecond
	// pollEvery is how often the file is looked at without any sign: some mounts give none.
	pollEvery = 2 * time.Second
	// fresh is how old a file has to be before its time-stamp is trusted: within a clock's tick two edits can bear the same one.
	fresh = 3 * time.Second
)

// watch follows one file by its content: the folder's notifications say when to look, and looking now and then makes up for
// those that never come. The folder is watched and not the file, because editors and Kubernetes put another file in its place.
type watch struct {
	path     string
	notifier *fsnotify.Watcher // nil where the system gives no notifications
	last     []byte            // what was handed out, good or not
	stat     os.FileInfo       // of that; nil after a failure
	readAt   time.Time
	failure  string // the last failure to read, which is said once
}

func newWatch(path string) *watch { return &watch{path: path} }

// read is the first look.
func (w *watch) read() ([]byte, error) {
	stat, err := os.Stat(w.path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(w.path)
	if err != nil {
		return nil, err
	}
	w.last, w.stat, w.readAt = data, stat, time.Now()
	return data, nil
}

// subscribe asks for notifications. Without them the file is still looked at every two seconds.
func (w *watch) subscribe(log *zap.Logger) {
	notifier, err := fsnotify.NewWatcher()
	if err == nil {
		if err = notifier.Add(filepath.Dir(w.path)); err == nil {
			w.notifier = notifier
			return
		}
		_ = notifier.Close() // it has nothing to tell
	}
	log.Warn("no notifications of edits: the file is looked at every two seconds", zap.Error(err))
}

// run calls changed with each new content, and failed where the file cannot be read any more, until ctx ends.
func (w *watch) run(ctx context.Context, changed func([]byte), failed func(error)) {
	var events chan fsnotify.Event
	var errs chan error
	if w.notifier != nil {
		events, errs = w.notifier.Events, w.notifier.Errors
		defer func() { _ = w.notifier.Close() }() // the process has no more use for it, whatever it answers
	}
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	var settled <-chan time.Time
	look := func(force bool) {
		data, err, news := w.look(force)
		switch {
		case !news:
		case err != nil:
			failed(err)
		default:
			changed(data)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-events:
			if !open {
				events = nil
			} else if settled == nil {
				settled = time.After(settle)
			}
		case _, open := <-errs:
			if !open {
				errs = nil
			}
			// An overflow of notifications: the next look finds what they would have said.
		case <-settled:
			settled = nil
			look(true)
		case <-poll.C:
			look(false)
		}
	}
}

// look reads the file where it may have changed, and says whether there is something to tell.
func (w *watch) look(force bool) (data []byte, err error, news bool) {
	before, failedBefore := w.last, w.failure != ""
	if !force && !failedBefore && w.untouched() {
		return nil, nil, false
	}
	data, err = w.read()
	if err != nil {
		news = err.Error() != w.failure
		w.failure, w.stat = err.Error(), nil
		return nil, err, news
	}
	w.failure = ""
	return data, nil, failedBefore || !bytes.Equal(data, before)
}

func (w *watch) untouched() bool {
	stat, err := os.Stat(w.path)
	if err != nil || w.stat == nil || !os.SameFile(stat, w.stat) {
		return false
	}
	same := stat.ModTime().Equal(w.stat.ModTime()) && stat.Size() == w.stat.Size()
	return same && w.readAt.Sub(w.stat.ModTime()) > fresh
}
