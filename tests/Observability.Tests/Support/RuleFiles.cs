using YamlDotNet.Serialization;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>The rule files of k8s/alerts as Prometheus reads them: what the operator's objects hold under "spec".</summary>
internal static class RuleFiles
{
    private static readonly string Folder = Repository.At("k8s", "alerts");

    public static IReadOnlyList<(string Name, string Text)> All { get; } = [Read("recording.yaml"), Read("alerts.yaml")];

    public static IReadOnlyList<Rule> Rules { get; } = [.. All.SelectMany(file => Parse(file.Text))];

    public static string UnitTests { get; } = Path.Combine(Folder, "tests", "alerts.test.yaml");

    /// <summary>The same rules, written as <see cref="All"/> writes them.</summary>
    public static string Normalise(string rules) => new SerializerBuilder().Build().Serialize(new DeserializerBuilder().Build().Deserialize<object>(rules));

    private static (string Name, string Text) Read(string name)
    {
        var rules = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(Folder, name)));
        Assert.Equal(("monitoring.coreos.com/v1", "PrometheusRule"), (rules["apiVersion"], rules["kind"]));
        return (name, new SerializerBuilder().Build().Serialize(rules["spec"]));
    }

    private static IEnumerable<Rule> Parse(string text) =>
        new DeserializerBuilder().WithNamingConvention(YamlDotNet.Serialization.NamingConventions.CamelCaseNamingConvention.Instance).IgnoreUnmatchedProperties()
            .Build().Deserialize<RuleGroups>(text).Groups.SelectMany(group => group.Rules);

    internal sealed class RuleGroups
    {
        public List<RuleGroup> Groups { get; set; } = [];
    }

    internal sealed class RuleGroup
    {
        public List<Rule> Rules { get; set; } = [];
    }

    /// <summary>A recording or alerting rule.</summary>
    internal sealed class Rule
    {
        public string? Record { get; set; }

        public string? Alert { get; set; }

        public string Expr { get; set; } = "";

        public Dictionary<string, string> Labels { get; set; } = [];

        public Dictionary<string, string> Annotations { get; set; } = [];

        public string Name => Record ?? Alert!;
    }
}
