using System.Diagnostics;
using VideoGrain.Tensors;

namespace VideoGrain.Gpu.Benchmarks;

/// <summary>Says which device there is, and uses it.</summary>
internal static class Hello
{
    /// <summary>Runs; 0 when the device computed what it should.</summary>
    public static int Run(GpuOptions options)
    {
        var began = Stopwatch.GetTimestamp();
        using var engine = options.CreateEngine();
        using var scope = engine.BeginScope();
        Console.WriteLine($"{DeviceInfo.Name(options.Device)}, engine {engine.Name}, ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s");
        if (engine.ReadMemory() is { } memory) Console.WriteLine($"memory: {memory.Reserved >> 20} of {memory.Capacity >> 20} MiB taken");

        const int Tokens = 256, Heads = 8, Channels = 320;
        var ones = engine.Upload([.. Enumerable.Repeat(1f, Tokens * Channels)], 1, Tokens, Channels);
        var scores = engine.AttentionScores(ones, ones, 1, 1);
        var attended = engine.Attention(ones, ones, ones, Heads, 0.1f);
        var (product, mean) = (First(engine, scores), First(engine, attended));
        Console.WriteLine($"a row of ones times a column of ones: {product} of {Channels}; attention to ones: {mean} of 1");
        Console.WriteLine($"device time: {(engine.TakeTimes() is { } times ? $"{times.Total.TotalMilliseconds:F3} ms" : "not measured")}");
        return product == Channels && mean == 1 ? 0 : 1;
    }

    private static float First(IEngine engine, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        return values[0];
    }
}
