using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VideoGrain.Bench.Machine;

/// <summary>What main memory gives all threads together: the slope of the roofline.</summary>
internal static unsafe class MemoryBandwidth
{
    private const int BytesPerThread = 128 << 20;
    private const int Rounds = 5;

    /// <summary>Bytes read and written per second while each thread copies a block far larger than its caches; best of a few rounds.</summary>
    public static double Measure(int threads)
    {
        var blocks = new nint[threads * 2];
        try
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = (nint)NativeMemory.AlignedAlloc(BytesPerThread, 4096);
                new Span<byte>((void*)blocks[i], BytesPerThread).Fill(1);
            }

            double best = 0;
            for (var round = 0; round < Rounds; round++) best = Math.Max(best, Copy(blocks, threads));
            return best;
        }
        finally
        {
            foreach (var block in blocks) NativeMemory.AlignedFree((void*)block);
        }
    }

    private static double Copy(nint[] blocks, int threads)
    {
        var began = Stopwatch.GetTimestamp();
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            nint source = blocks[2 * i], target = blocks[(2 * i) + 1];
            workers[i] = new Thread(() => NativeMemory.Copy((void*)source, (void*)target, BytesPerThread));
            workers[i].Start();
        }

        foreach (var worker in workers) worker.Join();
        return 2.0 * BytesPerThread * threads / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
