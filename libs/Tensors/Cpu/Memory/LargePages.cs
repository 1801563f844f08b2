using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>
/// Asks Linux for large pages behind big blocks: fewer address translations to look up while weights stream through a product, and fewer
/// page faults when a block is first written. Only advice; nothing depends on it.
/// </summary>
internal static unsafe partial class LargePages
{
    /// <summary>Size of a large page, and the alignment of blocks that want some.</summary>
    public const int Size = 2 << 20;

    private const int AdviseHugePage = 14;

    private static volatile bool _available = OperatingSystem.IsLinux();

    /// <summary>Whether a block of that size is worth large pages here.</summary>
    public static bool Worth(long bytes) => _available && bytes >= 2L * Size;

    /// <summary>Gives the advice for the whole large pages of a block.</summary>
    public static void Advise(void* start, long bytes)
    {
        try
        {
            _ = Advise(start, (nuint)(bytes / Size * Size), AdviseHugePage);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system whose C library goes by another name does without.
            _available = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
