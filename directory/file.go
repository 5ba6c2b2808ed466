package directory

import (
	"context"

	"go.uber.org/zap"

	"pimnotify/internal/yamlfile"
)

// File is a directory that lies in one YAML file. Edits count within seconds; a broken one leaves the last good one in use.
// It is safe for concurrent use.
type File struct {
	*Directory
	file *yamlfile.File[*index]
}

// Open reads a directory file and follows its edits until ctx ends or Close is called. A file that is broken at this moment is
// refused, with file, line and key.
func Open(ctx context.Context, path string, log *zap.Logger) (*File, error) {
	file, err := yamlfile.Open(ctx, "directory", path, parse, log)
	if err != nil {
		return nil, err
	}
	return &File{Directory: Of(living{file}), file: file}, nil
}

// Problem is what is wrong with the file as it lies there now: nil where that is what answers. While there is a problem, the
// last good one answers.
func (f *File) Problem() error { return f.file.Problem() }

// Ready reports whether questions are answered. A broken edit does not change that: it is a Problem, which deserves an alarm,
// but mail goes on.
func (f *File) Ready(ctx context.Context) error { return ctx.Err() }

// Close stops following edits and waits until that has ended. Questions are answered as before.
func (f *File) Close() { f.file.Close() }

// living is the source of a File: each tenant is opened in the directory as it is at that moment.
type living struct{ *yamlfile.File[*index] }

var _ Source = living{}

func (l living) Tenants(ctx context.Context) ([]string, error) {
	return l.Current().Tenants(ctx)
}

func (l living) Tenant(ctx context.Context, id string) (Tenant, error) {
	return l.Current().Tenant(ctx, id)
}
