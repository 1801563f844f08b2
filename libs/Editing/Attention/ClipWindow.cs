using VideoGrain.Diffusion.Control;
using VideoGrain.Editing.Layouts;
using VideoGrain.Editing.Random;
using VideoGrain.Editing.Trajectories;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>What the attention layers need to know about the frames in the network; computed on first use.</summary>
/// <param name="window">The frames.</param>
/// <param name="options">Options of the edit.</param>
public sealed class ClipWindow(FrameWindow window, EditOptions options)
{
    private readonly Dictionary<(int Height, int Width), LayoutLevel> _levels = [];
    private readonly Dictionary<(int Height, int Width), KeySelection> _selections = [];

    /// <summary>The regions; null for an inversion, which has none.</summary>
    public PromptLayout? Layout { get; init; }

    /// <summary>Optical flow of the whole clip; needed for trajectory attention unless there are tables.</summary>
    public FlowField? Flow { get; init; }

    /// <summary>Trajectories of the whole clip at a level, in place of <see cref="Flow"/>.</summary>
    public Func<int, KeySelection>? FlowTables { get; init; }

    /// <summary>Control images of these frames as the ControlNet sees them; null without ControlNet.</summary>
    public ControlCondition? Control { get; init; }

    /// <summary>Numbers of the frames in the clip.</summary>
    public int[] Frames => window.Frames;

    /// <summary>Regions at a resolution.</summary>
    /// <exception cref="InvalidOperationException">There is no layout.</exception>
    public LayoutLevel Level(int height, int width)
    {
        if (Layout is null) throw new InvalidOperationException("layout attention needs a layout");
        if (!_levels.TryGetValue((height, width), out var level))
            _levels[(height, width)] = level = Layout.Level(Frames, height, width);
        return level;
    }

    /// <summary>Trajectories at a resolution.</summary>
    /// <exception cref="InvalidOperationException">There is neither flow nor a table.</exception>
    public KeySelection Selection(int level, int height, int width)
    {
        if (FlowTables is not null) return FlowTables(level);
        if (Flow is null) throw new InvalidOperationException("trajectory attention needs optical flow");
        if (!_selections.TryGetValue((height, width), out var selection))
        {
            var links = TrajectoryLinks.Build(Flow, Frames, height, width, Chooser(level));
            var radius = level == 0 ? TrajectoryTable.FinestRadius : TrajectoryTable.CoarseRadius;
            _selections[(height, width)] = selection =
                TrajectoryTable.Build(links, radius, options.AnyShapeTrajectories).Select(options.TrajectoryMembersOnly);
        }

        return selection;
    }

    private LinkChooser? Chooser(int level)
    {
        if (options.DeterministicTrajectories) return null;
        var random = new CounterRandom(options.Seed, NoisePurpose.TrajectoryConflict, (uint)level);
        return (target, sources) => sources[(int)(random.Bits((ulong)target) % (uint)sources.Count)];
    }
}
