using System.Text.Json;
using VideoGrain.Tensors;

namespace VideoGrain.Golden.Groups;

/// <summary>Stored trajectory tables of a case as the keys that trajectory attention uses.</summary>
internal static class TrajectoryTables
{
    /// <summary>For each resolution listed, the selection: the token itself and the last frames - 1 columns of its table row.</summary>
    public static IReadOnlyDictionary<(int Height, int Width), KeySelection> Read(GoldenCase golden, JsonElement resolutions)
    {
        var result = new Dictionary<(int Height, int Width), KeySelection>();
        foreach (var resolution in resolutions.EnumerateArray())
        {
            int height = resolution[0].GetInt32(), width = resolution[1].GetInt32();
            result.Add((height, width), Read(golden, height, width));
        }

        return result;
    }

    /// <summary>The tables of every level are stored; those that no variant of the case uses are of no use here.</summary>
    public static void SkipUnused(GoldenCase golden) =>
        golden.Skip(name => name.StartsWith("traj", StringComparison.Ordinal) || name.StartsWith("mask", StringComparison.Ordinal));

    private static KeySelection Read(GoldenCase golden, int height, int width)
    {
        const int Coordinates = 3;
        var shape = golden.Shape($"traj{height}");
        int queries = shape[0], length = shape[1], frames = golden.Frames;
        var table = golden.Ints($"traj{height}");
        var valid = golden.Bytes($"mask{height}");
        var others = frames == 1 ? length - 1 : frames - 1;
        var indices = new int[queries * (others + 1)];
        for (var query = 0; query < queries; query++)
        {
            for (var i = 0; i <= others; i++)
            {
                var entry = query * length + (i == 0 ? 0 : length - others + i - 1);
                var place = table.AsSpan(entry * Coordinates, Coordinates);
                indices[query * (others + 1) + i] = valid[entry] == 0 ? KeySelection.None : (place[0] * height + place[1]) * width + place[2];
            }
        }

        return new KeySelection(queries, others + 1, indices);
    }
}
