using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VideoGrain.Bench.Models;

/// <summary>Writes a safetensors file of random fp16 parameters. The same list gives the same file.</summary>
internal static class RandomWeights
{
    // Values of one parameter are drawn from a table of this many evenly spread values.
    private const int Levels = 4096;
    private const int DrawsPerWord = 5;
    private const int DrawBits = 12;
    private const int BlockValues = 1 << 20;
    private const int HeaderAlignment = 8;

    /// <summary>Writes the file.</summary>
    public static void Write(string path, WeightList list)
    {
        using var file = File.Create(path);
        file.Write(Header(list));
        var state = 1UL;
        var block = new Half[BlockValues];
        foreach (var entry in list.Entries)
        {
            var table = Table(entry);
            for (var left = entry.Count; left > 0; left -= BlockValues)
            {
                var part = block.AsSpan(0, (int)Math.Min(left, BlockValues));
                Fill(part, table, ref state);
                file.Write(MemoryMarshal.AsBytes(part));
            }
        }
    }

    private static byte[] Header(WeightList list)
    {
        var entries = new Dictionary<string, object>();
        long offset = 0;
        foreach (var entry in list.Entries)
        {
            var end = offset + (2 * entry.Count);
            entries.Add(entry.Name, new { dtype = "F16", shape = entry.Shape, data_offsets = new[] { offset, end } });
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var length = (json.Length + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        var header = new byte[sizeof(ulong) + length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        json.CopyTo(header, sizeof(ulong));
        return header;
    }

    // Evenly spread values in [-1, 1] have variance 1/3.
    private static Half[] Table(WeightEntry entry)
    {
        const double Small = 0.1;
        var (centre, reach) = entry.Role switch
        {
            WeightRole.Matrix => (0, Math.Sqrt(3.0 / entry.FanIn)),
            WeightRole.Scale => (1, Small),
            _ => (0.0, Small),
        };
        var table = new Half[Levels];
        for (var i = 0; i < Levels; i++) table[i] = (Half)(centre + (reach * ((2 * (i + 0.5) / Levels) - 1)));
        return table;
    }

    private static void Fill(Span<Half> values, Half[] table, ref ulong state)
    {
        var word = 0UL;
        for (var i = 0; i < values.Length; i++)
        {
            if (i % DrawsPerWord == 0) word = Next(ref state);
            values[i] = table[(int)(word >> (64 - DrawBits))];
            word <<= DrawBits;
        }
    }

    // SplitMix64.
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
