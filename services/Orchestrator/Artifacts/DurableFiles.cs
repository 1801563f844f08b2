using System.Runtime.InteropServices;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>What the file API of .NET leaves out for crash safety: syncing a folder, so that a rename or a new name in it survives a power cut.</summary>
internal static partial class DurableFiles
{
    private const int ReadOnly = 0;

    // ERROR_DISK_FULL as .NET reports it on Windows, ENOSPC and EDQUOT on Linux.
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Makes the names in a folder durable. Windows offers nothing of the kind and needs none: its journal orders renames.</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"Cannot open folder '{path}' to sync it (errno {Marshal.GetLastPInvokeError()}).");

        try
        {
            if (Sync(descriptor) != 0)
                throw new IOException($"Cannot sync folder '{path}' (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Creates a folder whose name survives a power cut.</summary>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
            CreateDirectory(parent);

        Directory.CreateDirectory(path);
        if (parent is not null)
            SyncDirectory(parent);
    }

    /// <summary>Whether an I/O error says that the disk, or the quota on it, is full.</summary>
    public static bool IsDiskFull(IOException exception) =>
        exception.HResult is WindowsDiskFull or NoSpaceLeft or QuotaExceeded;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
