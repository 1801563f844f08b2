using VideoGrain.Tensors;

namespace VideoGrain.Editing.Trajectories;

/// <summary>
/// The released program's table of one resolution: for each token itself, its spatial neighbours, and the other members of its
/// trajectory in time order, padded.
/// </summary>
public sealed class TrajectoryTable
{
    /// <summary>Neighbourhood radius at the latent's own resolution: a 5 x 5 window.</summary>
    public const int FinestRadius = 2;

    /// <summary>Neighbourhood radius at the other levels: a 3 x 3 window.</summary>
    public const int CoarseRadius = 1;

    private readonly int _frames;

    /// <summary>Wraps a table made elsewhere; the array is kept, not copied.</summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="window">Entries for the token and its neighbours.</param>
    /// <param name="length">Entries of a row, at least <paramref name="window"/>.</param>
    /// <param name="indices">[tokens, length]: frame-major token index, or <see cref="KeySelection.None"/>.</param>
    public TrajectoryTable(int frames, int window, int length, int[] indices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, window);
        _frames = frames;
        Tokens = indices.Length / length;
        Window = window;
        Length = length;
        Indices = indices;
    }

    /// <summary>Number of tokens of the clip.</summary>
    public int Tokens { get; }

    /// <summary>Entries for the token and its neighbours: 25 or 9.</summary>
    public int Window { get; }

    /// <summary>Entries of a row.</summary>
    public int Length { get; }

    /// <summary>[tokens, length]: frame-major token index, or <see cref="KeySelection.None"/> for padding.</summary>
    public int[] Indices { get; }

    /// <summary>Lists neighbours and trajectory members of every token.</summary>
    /// <param name="links">Links of the resolution.</param>
    /// <param name="radius">Neighbourhood radius.</param>
    /// <param name="anyShape">
    /// False reproduces the released program's start grid with rows and columns swapped: a token outside it never starts a trajectory.
    /// </param>
    public static TrajectoryTable Build(TrajectoryLinks links, int radius, bool anyShape)
    {
        var trajectories = Follow(links, anyShape);
        var side = 2 * radius + 1;
        var longest = trajectories.Max(t => t.Length);
        var window = side * side;
        var length = window + longest - 1;
        var indices = new int[links.Next.Length * length];
        indices.AsSpan().Fill(KeySelection.None);
        var table = new TrajectoryTable(links.Frames, window, length, indices);
        foreach (var trajectory in trajectories)
        {
            foreach (var token in trajectory)
            {
                var row = table.Indices.AsSpan(token * table.Length, table.Length);
                FillNeighbours(links, token, radius, row);
                var entry = table.Window;
                foreach (var other in trajectory)
                {
                    if (other != token) row[entry++] = other;
                }
            }
        }

        return table;
    }

    /// <summary>
    /// The trajectories: every token is in exactly one, alone if nothing links to it and it links to nothing. Members are in time order.
    /// </summary>
    public static IReadOnlyList<int[]> Follow(TrajectoryLinks links, bool anyShape)
    {
        var perFrame = links.Rows * links.Columns;
        var result = new List<int[]>();
        var taken = new bool[links.Next.Length];
        var chain = new List<int>(links.Frames);
        for (var start = 0; start < taken.Length; start++)
        {
            if (taken[start] || !(anyShape || MayStart(links, start % perFrame))) continue;
            chain.Clear();
            for (var token = start; token != TrajectoryLinks.None; token = links.Next[token]) chain.Add(token);
            if (chain.Count < 2) continue;
            foreach (var token in chain) taken[token] = true;
            result.Add([.. chain]);
        }

        for (var token = 0; token < taken.Length; token++)
        {
            if (!taken[token]) result.Add([token]);
        }

        return result;
    }

    /// <summary>What trajectory attention uses of the table.</summary>
    /// <param name="membersOnly">
    /// True lists the token and its trajectory. False reproduces the released program: the first column and the last frames - 1 (all of
    /// them for one frame), which reach into the neighbours where trajectories are short.
    /// </param>
    public KeySelection Select(bool membersOnly)
    {
        var first = membersOnly ? Window : _frames == 1 ? 0 : Length - (_frames - 1);
        var width = 1 + Length - first;
        var indices = new int[Tokens * width];
        for (var token = 0; token < Tokens; token++)
        {
            var row = Indices.AsSpan(token * Length, Length);
            indices[token * width] = row[0];
            row[first..].CopyTo(indices.AsSpan(token * width + 1));
        }

        return new KeySelection(Tokens, width, indices);
    }

    private static bool MayStart(TrajectoryLinks links, int position) =>
        position / links.Columns < links.Columns && position % links.Columns < links.Rows;

    private static void FillNeighbours(TrajectoryLinks links, int token, int radius, Span<int> row)
    {
        var perFrame = links.Rows * links.Columns;
        var frameStart = token / perFrame * perFrame;
        var (y, x) = (token % perFrame / links.Columns, token % links.Columns);
        row[0] = token;
        var entry = 1;
        for (var ny = Math.Max(0, y - radius); ny <= Math.Min(links.Rows - 1, y + radius); ny++)
        {
            for (var nx = Math.Max(0, x - radius); nx <= Math.Min(links.Columns - 1, x + radius); nx++)
            {
                if (ny != y || nx != x) row[entry++] = frameStart + ny * links.Columns + nx;
            }
        }
    }
}
