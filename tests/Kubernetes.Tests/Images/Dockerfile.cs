using System.Text.RegularExpressions;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

/// <summary>The Dockerfile, taken apart.</summary>
internal sealed partial class Dockerfile
{
    private Dockerfile(string text, IReadOnlyList<Stage> stages) => (Text, Stages) = (text, stages);

    public static Dockerfile Current { get; } = Parse(File.ReadAllText(Path.Combine(Tools.Root, "docker", "Dockerfile")));

    public string Text { get; }

    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>The stages that are shipped: those that start a program.</summary>
    public IEnumerable<Stage> Targets => Stages.Where(stage => stage.All("ENTRYPOINT").Any());

    public Stage Get(string name) => Stages.Single(stage => stage.Name == name);

    private static Dockerfile Parse(string text)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        var stages = new List<Stage>();
        foreach (var line in Continuation().Replace(text, " ").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (word, rest) = (line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim());
            if (word == "FROM")
            {
                var from = From().Match(rest);
                Assert.True(from.Success, line);
                stages.Add(new Stage(from.Groups[2].Value, Variable().Replace(from.Groups[1].Value, match => arguments[match.Groups[1].Value]), []));
            }
            else if (stages.Count == 0)
            {
                Assert.Equal("ARG", word);
                arguments[rest.Split('=')[0]] = rest.Split('=')[1];
            }
            else
            {
                stages[^1].Instructions.Add((word, rest));
            }
        }

        return new Dockerfile(text, stages);
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^(\S+) AS (\S+)$")]
    private static partial Regex From();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();

    /// <summary>One stage.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Base">The image or stage that it starts from, variables filled in.</param>
    /// <param name="Instructions">What is done to it.</param>
    internal sealed record Stage(string Name, string Base, List<(string Word, string Text)> Instructions)
    {
        public IEnumerable<string> All(string word) => Instructions.Where(instruction => instruction.Word == word).Select(instruction => instruction.Text);

        public string One(string word) => All(word).Single();
    }
}
