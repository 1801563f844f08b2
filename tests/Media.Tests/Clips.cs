using System.Diagnostics;

namespace VideoGrain.Media.Tests;

/// <summary>Small clips drawn here: a square that walks over a ramp.</summary>
internal static class Clips
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static VideoFrames Walking(int width = 64, int height = 48, int frames = 5) =>
        new(Enumerable.Range(0, frames).Select(f => Draw(width, height, f)), new FrameRate(8, 1));

    public static double Psnr(Frame a, Frame b)
    {
        double error = a.Rgb.Zip(b.Rgb, (x, y) => (double)(x - y) * (x - y)).Average();
        return 10 * Math.Log10(255 * 255 / Math.Max(error, 1e-9));
    }

    /// <summary>Runs the real ffmpeg to make files that the library itself cannot write.</summary>
    public static async Task FfmpegAsync(CancellationToken cancellation, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]))!;
        await process.WaitForExitAsync(cancellation).WaitAsync(Patience, cancellation);
        Assert.Equal(0, process.ExitCode);
    }

    private static Frame Draw(int width, int height, int time)
    {
        Frame frame = new(width, height, Colour.Black);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                frame[x, y] = x >= 4 + 2 * time && x < 20 + 2 * time && y is >= 8 and < 24
                    ? new Colour(200, 40, 40)
                    : new Colour((byte)(60 + 100 * x / width), (byte)(80 + 100 * y / height), 120);
            }
        }

        return frame;
    }
}
