using System.Runtime.InteropServices;

namespace VideoGrain.Bench.Machine;

/// <summary>What main memory gives all threads together: the slope of the roofline.</summary>
internal static unsafe class MemoryBandwidth
{
    private const int BytesPerThread = 128 << 20;
    private const int Rounds = 5;

    /// <summary>Bytes read and written per second, and per CPU second of all threads, while each thread copies a block far larger than its caches; best of a few rounds.</summary>
    public static (double PerSecond, double PerCpuSecond) Measure(int threads)
    {
        var blocks = new nint[threads * 2];
        try
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = (nint)NativeMemory.AlignedAlloc(BytesPerThread, 4096);
                new Span<byte>((void*)blocks[i], BytesPerThread).Fill(1);
            }

            double perSecond = 0, perCpuSecond = 0;
            for (var round = 0; round < Rounds; round++)
            {
                var (wall, cpu) = Copy(blocks, threads);
                const double ReadAndWritten = 2.0 * BytesPerThread;
                perSecond = Math.Max(perSecond, ReadAndWritten * threads / wall);
                perCpuSecond = Math.Max(perCpuSecond, ReadAndWritten * threads / cpu);
            }

            return (perSecond, perCpuSecond);
        }
        finally
        {
            foreach (var block in blocks) NativeMemory.AlignedFree((void*)block);
        }
    }

    private static (double Wall, double Cpu) Copy(nint[] blocks, int threads)
    {
        var began = Instant.Now;
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            nint source = blocks[2 * i], target = blocks[(2 * i) + 1];
            workers[i] = new Thread(() => NativeMemory.Copy((void*)source, (void*)target, BytesPerThread));
            workers[i].Start();
        }

        foreach (var worker in workers) worker.Join();
        return began.Elapsed;
    }
}
