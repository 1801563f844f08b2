using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>A disk of its own for the orchestrator, small enough to be filled: a file system in memory, for which one has to be allowed to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Mebibytes = 64;
    private const int BlockBytes = 1 << 16;
    private const string Name = "filler";
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts one.</summary>
    /// <param name="folder">An empty folder that becomes it.</param>
    /// <returns>The disk; null where mounting is not allowed.</returns>
    public static SmallDisk? TryMount(string folder) =>
        TryRun("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={Mebibytes}m,mode=0700"), "tmpfs", folder) ? new SmallDisk(folder) : null;

    /// <summary>Leaves not a byte free until the result is disposed.</summary>
    public IDisposable Fill()
    {
        string path = Path.Combine(_folder, Name);
        byte[] block = new byte[BlockBytes];
        using (FileStream filler = new(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 }))
        {
            try
            {
                for (int i = 0; i <= Mebibytes * (1 << 20) / BlockBytes; i++)
                    filler.Write(block);
            }
            catch (IOException)
            {
                // Full, as was wanted.
            }
        }

        return new Filler(path);
    }

    /// <inheritdoc/>
    public void Dispose() => TryRun("umount", _folder);

    private static bool TryRun(string program, params IEnumerable<string> arguments)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
            process?.StandardError.ReadToEnd();
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private sealed class Filler(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
