using System.Reflection;
using VideoGrain.Diffusion;
using VideoGrain.Tensors.Cpu;

[assembly: AssemblyFixture(typeof(VideoGrain.Editing.Tests.Support.TinyModel))]

namespace VideoGrain.Editing.Tests.Support;

/// <summary>The golden data's model with random weights, loaded once; and small inputs for it.</summary>
public sealed class TinyModel : IDisposable
{
    /// <summary>Classes that run the model share its engine, which serves one thread at a time: one collection, one after the other.</summary>
    public const string Collection = "tiny model";

    public const int Frames = 3;
    public const int Side = 64;
    public const int LatentSide = 8;
    public const string Prompt = "Iron Man and Spiderman are jogging under cherry blossoms";

    private static readonly string Root =
        typeof(TinyModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private readonly CpuEngine _engine = new(new CpuEngineOptions { Threads = 1 });

    public TinyModel() => Model = StableDiffusion.Load(Path.Combine(Root, "tests", "Golden", "data", "models", "tiny-a"), _engine);

    public StableDiffusion Model { get; }

    public EditLoop Edits => new(Model, TimeProvider.System);

    public InversionLoop Inversions => new(Model, TimeProvider.System);

    /// <summary>A few steps of everything that is cheap.</summary>
    public static EditOptions Options { get; } = new()
    {
        Steps = 4,
        ModulatedFraction = 0.5f,
        SourcePrompt = "a man",
        Seed = 7,
        ControlType = StableDiffusion.DefaultControlNet,
    };

    public static RgbClip Clip(int frames = Frames, int height = Side, int width = Side)
    {
        var pixels = new byte[frames * height * width * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i * 7 + i / 97 * 13) % 251);
        return new RgbClip(frames, height, width, pixels);
    }

    /// <summary>The left and the right third of every frame.</summary>
    public static RegionPrompt[] Regions(int frames = Frames) =>
        [new("Iron Man", Columns(frames, 0, 3)), new("Spiderman", Columns(frames, 6, 9))];

    public static LayoutMask Columns(int frames, int first, int end)
    {
        const int MaskSide = 9;
        var values = new byte[frames * MaskSide * MaskSide];
        for (var i = 0; i < values.Length; i++) values[i] = i % MaskSide >= first && i % MaskSide < end ? (byte)1 : (byte)0;
        return new LayoutMask(frames, MaskSide, MaskSide, values);
    }

    public static LatentClip Latents(int frames = Frames, int height = LatentSide, int width = LatentSide, uint stream = 0)
    {
        var clip = new LatentClip(frames, height, width, 4);
        new Random.CounterRandom(1, Random.NoisePurpose.Posterior, stream).Normal(clip.Values);
        return clip;
    }

    public static EditRequest Request(EditOptions options, int frames = Frames) => new()
    {
        Prompt = Prompt,
        Regions = Regions(frames),
        Options = options,
        Inverted = Latents(frames),
        Source = Latents(frames, stream: 1),
        Trajectory = step => Latents(frames, stream: 2 + (uint)step),
        Control = Clip(frames),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _engine.Dispose();
    }
}
