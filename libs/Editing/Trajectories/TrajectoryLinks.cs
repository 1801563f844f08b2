namespace VideoGrain.Editing.Trajectories;

/// <summary>
/// Which token of the next frame each token flows to, at one resolution. Every token has at most one successor and one predecessor, so
/// the links fall apart into trajectories.
/// </summary>
public sealed class TrajectoryLinks
{
    /// <summary>A token without successor or predecessor.</summary>
    public const int None = -1;

    private TrajectoryLinks(int frames, int rows, int columns)
    {
        (Frames, Rows, Columns) = (frames, rows, columns);
        Next = new int[frames * rows * columns];
        Previous = new int[Next.Length];
        Next.AsSpan().Fill(None);
        Previous.AsSpan().Fill(None);
    }

    /// <summary>Frames.</summary>
    public int Frames { get; }

    /// <summary>Rows of tokens.</summary>
    public int Rows { get; }

    /// <summary>Columns of tokens.</summary>
    public int Columns { get; }

    /// <summary>Successor of each token (frame-major index), or <see cref="None"/>.</summary>
    public int[] Next { get; }

    /// <summary>Predecessor of each token, or <see cref="None"/>.</summary>
    public int[] Previous { get; }

    /// <summary>Rounds a flow field to token displacements and links tokens (golden data 4.7).</summary>
    /// <param name="flow">Flow of the whole clip in pixels.</param>
    /// <param name="frames">Numbers of the clip's frames to link, rising; only neighbouring frames of the clip are linked.</param>
    /// <param name="rows">Rows of tokens.</param>
    /// <param name="columns">Columns of tokens.</param>
    /// <param name="chooser">Settles conflicts; null keeps the source whose unrounded target is nearest, the first of equals.</param>
    public static TrajectoryLinks Build(FlowField flow, ReadOnlySpan<int> frames, int rows, int columns, LinkChooser? chooser = null)
    {
        var links = new TrajectoryLinks(frames.Length, rows, columns);
        var perFrame = rows * columns;
        // Single precision, in this order, as in the released program: rounding decides links.
        float pixels = Math.Max(flow.Height, flow.Width);
        float tokens = Math.Max(rows, columns);
        var sourcesOf = new Dictionary<int, List<int>>();
        var distances = new float[perFrame];
        for (var frame = 0; frame + 1 < frames.Length; frame++)
        {
            if (frames[frame + 1] != frames[frame] + 1) continue;
            sourcesOf.Clear();
            for (var token = 0; token < perFrame; token++)
            {
                var (row, column) = (token / columns, token % columns);
                var (horizontal, vertical) = flow.At(
                    frames[frame], (int)((long)row * flow.Height / rows), (int)((long)column * flow.Width / columns));
                var across = horizontal / pixels * tokens;
                var down = vertical / pixels * tokens;
                if (!float.IsFinite(across) || !float.IsFinite(down)) continue;
                float targetRow = row + MathF.Round(down, MidpointRounding.ToEven);
                float targetColumn = column + MathF.Round(across, MidpointRounding.ToEven);
                if (!(targetRow >= 0 && targetRow < rows && targetColumn >= 0 && targetColumn < columns)) continue;
                distances[token] = Square(down - MathF.Round(down)) + Square(across - MathF.Round(across));
                var target = (frame + 1) * perFrame + (int)targetRow * columns + (int)targetColumn;
                if (!sourcesOf.TryGetValue(target, out var sources)) sourcesOf[target] = sources = [];
                sources.Add(frame * perFrame + token);
            }

            foreach (var (target, sources) in sourcesOf)
            {
                var source = sources.Count == 1 ? sources[0]
                    : chooser?.Invoke(target, sources) ?? sources.MinBy(s => distances[s - frame * perFrame]);
                links.Next[source] = target;
                links.Previous[target] = source;
            }
        }

        return links;
    }

    private static float Square(float value) => value * value;
}
