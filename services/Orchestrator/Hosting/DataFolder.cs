using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Hosting;

/// <summary>The orchestrator's folder and the lock that keeps a second process out of it.</summary>
internal sealed class DataFolder(IOptions<DataOptions> options) : IDisposable
{
    private FileStream? _lock;

    /// <summary>The folder.</summary>
    public string Root { get; } = Path.GetFullPath(options.Value.Root);

    /// <summary>The database's file.</summary>
    public string Database => Path.Combine(Root, "orchestrator.db");

    /// <summary>The artifact store's folder.</summary>
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>The folder for short-lived files.</summary>
    public string Scratch => Path.Combine(Root, "scratch");

    /// <summary>Bytes of the folder's disk, in all and still available; null when the disk does not tell.</summary>
    public (long Total, long Available)? Space()
    {
        try
        {
            var disk = new DriveInfo(Root);
            return (disk.TotalSize, disk.AvailableFreeSpace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes the folder for this process; the operating system gives it back when the process ends, however it ends.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    public void Lock()
    {
        DurableFiles.CreateDirectory(Root);
        _lock ??= new FileStream(Path.Combine(Root, "orchestrator.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    public void Dispose() => _lock?.Dispose();
}
