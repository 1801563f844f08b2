using VideoGrain.Diffusion.Text;

namespace VideoGrain.Golden.Groups;

/// <summary>Group b: texts to token ids.</summary>
public sealed class TokenizerRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "b";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["strings"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var tokenizer = ClipTokenizer.Load(Path.Combine(golden.FindModel(), "tokenizer"));
        var padded = golden.Ints("ids");
        var lengths = golden.Ints("lengths");
        var row = 0;
        foreach (var item in golden.Json.GetProperty("strings").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var encoded = tokenizer.Encode(text);
            var ids = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var what = $"strings[{row}] '{text}'";
            context.Report.CompareExact(golden, what, encoded.Ids[..encoded.Length].ToArray(), ids);
            context.Report.CompareExact(golden, $"{what} padded", encoded.Ids.ToArray(), padded.AsSpan(row * tokenizer.MaxLength, tokenizer.MaxLength).ToArray());
            context.Report.CompareExact(golden, $"{what} length", [encoded.Length, encoded.Length], [item.GetProperty("length").GetInt32(), lengths[row]]);
            context.Report.CompareExact(golden, $"{what} untruncated", [encoded.UntruncatedLength], [item.GetProperty("untruncated_length").GetInt32()]);
            row++;
        }

        Assert.Equal(lengths.Length, row);
    }
}
