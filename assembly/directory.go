package assembly

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"pimnotify/activities"
	"pimnotify/directory"
	"pimnotify/starter"
)

// Directory is a directory of either form, for the processes that ask it and for their readiness.
type Directory interface {
	activities.Directory
	starter.Directory

	// Problem is what is wrong with the file that is read again on change: the directory itself, or a service's token.
	Problem() error
	// Ready reports whether questions are answered.
	Ready(ctx context.Context) error
	Close()
}

var (
	_ Directory = (*directory.File)(nil)
	_ Directory = (*directory.HTTP)(nil)
)

// openDirectory opens a file or a service, by the form of its name.
func openDirectory(ctx context.Context, c Config, log *zap.Logger) (Directory, error) {
	if !directory.IsURL(c.Directory) {
		if c.DirectoryToken != "" {
			return nil, errors.New("PIMNOTIFY_DIRECTORY_TOKEN must not be set where PIMNOTIFY_DIRECTORY is a file: nobody would read it")
		}
		file, err := directory.Open(ctx, c.Directory, log)
		if err != nil {
			return nil, fmt.Errorf("PIMNOTIFY_DIRECTORY: %w", err)
		}
		return file, nil
	}
	if err := directory.CheckURL(c.Directory); err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_DIRECTORY %w", err)
	}
	service, err := directory.OpenHTTP(ctx, c.Directory, c.DirectoryToken, log)
	if err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_DIRECTORY_TOKEN: %w", err)
	}
	return service, nil
}
