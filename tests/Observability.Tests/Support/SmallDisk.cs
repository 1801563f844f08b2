using System.ComponentModel;
using System.Diagnostics;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A disk of its own, small enough to be filled: a file system in memory, which root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Mebibytes = 16;
    private const int BlockBytes = 1 << 16;

    private static readonly string[] Root = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];

    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one on an empty folder; null where that is not allowed, such as in a container without that right.</summary>
    public static SmallDisk? TryMount(string folder)
    {
        Directory.CreateDirectory(folder);
        return TryRun("mount", "-t", "tmpfs", "-o", $"size={Mebibytes}m,mode=0777", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    /// <summary>Leaves not a byte free.</summary>
    public void Fill()
    {
        var block = new byte[BlockBytes];
        using var filler = new FileStream(System.IO.Path.Combine(Path, "filler"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            for (var written = 0; written <= Mebibytes << 20; written += BlockBytes) filler.Write(block);
        }
        catch (IOException)
        {
            // Full, as was wanted.
        }
    }

    // Pooled connections may hold a database on it open until this process ends.
    public void Dispose() => TryRun("umount", "--lazy", Path);

    private static bool TryRun(params string[] command)
    {
        string[] whole = [.. Root, .. command];
        try
        {
            using var process = Process.Start(new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit(Waiting.Patience);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
