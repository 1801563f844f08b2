namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>
/// This process's own folder for half-written artifacts. A lock file beside it says that its owner lives; the operating system
/// lets the lock go when the process dies, however it dies, and the next one to look removes the folder.
/// </summary>
internal sealed class StagingArea : IDisposable
{
    private const string LockExtension = ".lock";

    // Far more than the processes that share a store; past it something else is wrong with the folder.
    private const int MaxOwners = 1000;
    private readonly string _root;
    private readonly string _folder;
    private readonly FileStream _lock;
    private long _files;

    /// <summary>Opens a fresh staging folder below <paramref name="root"/>.</summary>
    public StagingArea(string root)
    {
        _root = root;
        DurableFiles.CreateDirectory(root);
        _lock = TakeLock();
        _folder = Path.ChangeExtension(_lock.Name, null);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>A path nobody else uses.</summary>
    public string NextPath() => Path.Combine(_folder, $"{Interlocked.Increment(ref _files)}.part");

    /// <summary>Removes the folders of owners that are gone. Returns the number of half-written files removed.</summary>
    public int RemoveAbandoned()
    {
        var removed = 0;
        foreach (var lockPath in Directory.GetFiles(_root, "*" + LockExtension))
        {
            if (lockPath == _lock.Name || TryLock(lockPath, FileMode.Open) is not { } abandoned)
                continue;

            using (abandoned)
            {
                var folder = Path.ChangeExtension(lockPath, null);
                if (Directory.Exists(folder))
                {
                    removed += Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length;
                    Directory.Delete(folder, recursive: true);
                }

                File.Delete(lockPath);
            }
        }

        return removed;
    }

    /// <summary>Gives the folder up and removes it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);

        File.Delete(_lock.Name);
        _lock.Dispose();
    }

    private FileStream TakeLock()
    {
        // A name is taken for good by whoever creates its lock file; on a clash the next number is tried.
        for (var number = 0; number < MaxOwners; number++)
        {
            if (TryLock(Path.Combine(_root, $"{Environment.ProcessId}-{number}{LockExtension}"), FileMode.CreateNew) is { } taken)
                return taken;
        }

        throw new IOException($"Cannot create a lock file in '{_root}'.");
    }

    private static FileStream? TryLock(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException exception) when (!DurableFiles.IsDiskFull(exception) && exception is not DirectoryNotFoundException)
        {
            return null;
        }
    }
}
