using VideoGrain.Diffusion.Control;
using VideoGrain.Editing.Layouts;
using VideoGrain.Editing.Random;
using VideoGrain.Editing.Trajectories;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>What the attention layers need to know about the frames of a window; computed on first use.</summary>
internal sealed class ClipWindow(FrameWindow frames, EditOptions options, PromptLayout? layout, FlowField? flow, Func<int, LinkChooser>? conflicts)
{
    private readonly Dictionary<(int Height, int Width), LayoutLevel> _layouts = [];
    private readonly Dictionary<(int Height, int Width), KeySelection> _selections = [];

    /// <summary>The frames.</summary>
    public FrameWindow Window => frames;

    /// <summary>Numbers of the frames.</summary>
    public int[] Frames => frames.Frames;

    /// <summary>Control images of these frames as the ControlNet sees them; null without ControlNet.</summary>
    public ControlCondition? Control { get; init; }

    /// <summary>Regions at a resolution.</summary>
    public LayoutLevel Layout(int height, int width)
    {
        if (layout is null) throw new InvalidOperationException("an inversion has no layout");
        if (!_layouts.TryGetValue((height, width), out var level))
            _layouts[(height, width)] = level = layout.Level(Frames, height, width);
        return level;
    }

    /// <summary>Trajectories at a resolution.</summary>
    public KeySelection Selection(int level, int height, int width)
    {
        if (flow is null) throw new InvalidOperationException("trajectory attention needs optical flow");
        if (!_selections.TryGetValue((height, width), out var selection))
        {
            var links = TrajectoryLinks.Build(flow, Frames, height, width, Chooser(level));
            var radius = level == 0 ? TrajectoryTable.FinestRadius : TrajectoryTable.CoarseRadius;
            _selections[(height, width)] = selection =
                TrajectoryTable.Build(links, radius, options.AnyShapeTrajectories).Select(options.TrajectoryMembersOnly);
        }

        return selection;
    }

    private LinkChooser? Chooser(int level)
    {
        if (conflicts is not null) return conflicts(level);
        if (options.DeterministicTrajectories) return null;
        var random = new CounterRandom(options.Seed, NoisePurpose.TrajectoryConflict, (uint)level);
        return (target, sources) => sources[(int)(random.Bits((ulong)target) % (uint)sources.Count)];
    }
}
