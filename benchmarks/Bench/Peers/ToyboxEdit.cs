using System.Diagnostics;
using VideoGrain.Bench.Cases;
using VideoGrain.Bench.Machine;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Peers;

/// <summary>The whole arithmetic of an edit with the demonstration model: encode, invert, denoise two regions, decode.</summary>
internal static class ToyboxEdit
{
    private const string Source = "a red circle and a blue star on grass";
    private const string Target = "a yellow circle and a green heart on grass";

    /// <summary>Name of the part that is the CPU seconds of all others.</summary>
    public const string CpuPart = "CPU seconds";

    /// <summary>Runs it and gives seconds by part: load, inversion (with the encoder), denoising (with the decoder), and the CPU seconds of everything.</summary>
    public static Dictionary<string, double> Run(IEngine engine, WorkCase work)
    {
        var (frames, side) = (work["frames"], work["side"]);
        var (began, start) = (Stopwatch.GetTimestamp(), Instant.Now);
        using var model = StableDiffusion.Load(work.Folder!, engine);
        var parts = new Dictionary<string, double> { ["load"] = Lap(ref began) };

        var options = new EditOptions { Steps = work["steps"], SourcePrompt = Source };
        var clip = new RgbClip(frames, side, side, Picture(frames, side));
        var inverted = new InversionLoop(model, TimeProvider.System).Run(new InversionRequest { Clip = clip, Options = options });
        parts["inversion"] = Lap(ref began);

        var request = new EditRequest
        {
            Prompt = Target,
            Regions = [new("a yellow circle", Box(frames, side, side / 8)), new("a green heart", Box(frames, side, side * 5 / 8))],
            Options = options,
            Inverted = inverted.Inverted,
            Source = inverted.Source,
        };
        new EditLoop(model, TimeProvider.System).Run(request, onFrames: (_, _) => { });
        parts["denoising"] = Lap(ref began);
        parts[CpuPart] = start.Elapsed.Cpu;
        return parts;
    }

    private static double Lap(ref long began)
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        began = Stopwatch.GetTimestamp();
        return seconds;
    }

    // What the picture shows does not matter for the time: a ramp of colours that moves.
    private static byte[] Picture(int frames, int side)
    {
        var pixels = new byte[frames * side * side * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i / 3 % side + (i / (side * side * 3)) + (i % 3 * 40));
        return pixels;
    }

    private static LayoutMask Box(int frames, int side, int left)
    {
        var values = new byte[frames * side * side];
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = (i / side % side, i % side);
            values[i] = row >= side / 4 && row < side * 3 / 4 && column >= left && column < left + (side / 4) ? (byte)1 : (byte)0;
        }

        return new LayoutMask(frames, side, side, values);
    }
}
