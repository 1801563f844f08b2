using System.Text.RegularExpressions;

namespace VideoGrain.Clients.Tests;

/// <summary>The code in docs/api.md is the code that the other tests run.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Tools.Root, "docs", "api.md"));

    public static TheoryData<string> Languages => new("csharp", "python", "node");

    [Fact]
    public void Snippets_AreTheTestedFiles()
    {
        var snippets = Snippet().Matches(Guide).ToList();
        Assert.NotEmpty(snippets);
        foreach (var snippet in snippets)
            Assert.Equal(Region(snippet.Groups[1].Value, snippet.Groups[2].Value), snippet.Groups[3].Value);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Guide_ShowsEveryPartOfAnExample(string language)
    {
        var shown = Snippet().Matches(Guide).Where(match => match.Groups[1].Value.StartsWith(language + "/", StringComparison.Ordinal)).Select(match => match.Groups[2].Value).ToHashSet();
        Assert.Superset(new HashSet<string> { "specification", "checksum", "submit", "watch", "download", "cancel", "errors", "key" }, shown);
    }

    [Fact]
    public void Guide_HasNoOtherCodeInTheseLanguages() =>
        Assert.Equal(Snippet().Count(Guide), Fence().Count(Guide));

    private static string Region(string file, string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Tools.Examples, file));
        var from = Array.FindIndex(lines, line => line.EndsWith($" <{name}>", StringComparison.Ordinal));
        var to = Array.FindIndex(lines, line => line.EndsWith($" </{name}>", StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"{file} has no region {name}");
        var region = lines[(from + 1)..to];
        var indent = region.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(region.Select(line => line[Math.Min(indent, line.Length)..] + "\n"));
    }

    [GeneratedRegex(@"<!-- docs/examples/(\S+)#(\w+) -->\n```\w+\n(.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex("^```(csharp|python|js)$", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
