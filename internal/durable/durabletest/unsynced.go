package durabletest

import "shotchain/internal/durable"

// Unsynced is a disk whose syncs do nothing, for tests that write much and lose no power.
func Unsynced(disk durable.FS) durable.FS { return unsynced{disk} }

type unsynced struct{ durable.FS }

func (u unsynced) SyncFile(string) error { return nil }
func (u unsynced) SyncDir(string) error  { return nil }

func (u unsynced) Create(name string) (durable.File, error) {
	f, err := u.FS.Create(name)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

type unsyncedFile struct{ durable.File }

func (unsyncedFile) Sync() error { return nil }
