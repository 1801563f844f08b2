using System.Text.RegularExpressions;
using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>The rule files by themselves.</summary>
public sealed partial class AlertRuleTests
{
    private static readonly string[] Severities = ["critical", "warning"];

    private static IEnumerable<RuleFiles.Rule> Alerts => RuleFiles.Rules.Where(rule => rule.Alert is not null);

    public static TheoryData<string> AlertNames() => new(Alerts.Select(alert => alert.Name));

    /// <summary>What an alert compares with its limit.</summary>
    internal static string Measurement(string expression)
    {
        var match = Comparison().Match(expression);
        Assert.True(match.Success, $"an alert is a measurement, an operator and a limit: {expression}");
        return match.Groups["measurement"].Value;
    }

    [Fact]
    public async Task Rules_AndTheirUnitTests_PassPromtool()
    {
        using var folder = new TempFolder();
        foreach (var (name, text) in RuleFiles.All) await File.WriteAllTextAsync(folder.At(name), text, TestContext.Current.CancellationToken);
        File.Copy(RuleFiles.UnitTests, folder.At("alerts.test.yaml"));

        var check = await Tools.PromtoolAsync(folder.Path, ["check", "rules", .. RuleFiles.All.Select(file => file.Name)]);
        var test = await Tools.PromtoolAsync(folder.Path, "test", "rules", "alerts.test.yaml");

        Assert.True(check.Succeeded, check.Output);
        Assert.True(test.Succeeded, test.Output);
    }

    [Fact]
    public void Names_AreUnique() => Assert.Equal(RuleFiles.Rules.Count, RuleFiles.Rules.Select(rule => rule.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(AlertNames))]
    public void Alert_TellsHowBadItIsAndWhatToDo(string name)
    {
        var alert = Alerts.Single(rule => rule.Name == name);

        Assert.Matches("^VideoGrain[A-Z][A-Za-z]+$", name);
        Assert.Contains(alert.Labels["severity"], Severities);
        Assert.NotEmpty(alert.Annotations["summary"]);
        Assert.NotEmpty(alert.Annotations["description"]);
        Assert.NotEmpty(Measurement(alert.Expr));
        var parts = alert.Annotations["runbook_url"].Split('#');
        Assert.Equal(name.ToLowerInvariant(), parts[1]);
        Assert.Contains($"## {name}", File.ReadAllLines(Repository.At(parts[0])));
    }

    [Theory]
    [MemberData(nameof(AlertNames))]
    public void Alert_IsSeenQuietAndFiring(string name)
    {
        var tests = File.ReadAllText(RuleFiles.UnitTests).Split("- alertname: ").Skip(1).Where(test => test.StartsWith(name + "\n", StringComparison.Ordinal)).ToList();

        Assert.Contains(tests, test => test.Contains("exp_alerts: []", StringComparison.Ordinal));
        Assert.Contains(tests, test => test.Contains("exp_labels:", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AlertNames))]
    public void Alert_IsAboutSomethingThatADashboardShows(string name)
    {
        var shown = Dashboards.Queries.SelectMany(panel => Metrics(panel.Query)).ToHashSet(StringComparer.Ordinal);

        Assert.Contains(Metrics(Alerts.Single(rule => rule.Name == name).Expr).First(), shown);
    }

    [Fact]
    public void Runbooks_HoldNoSectionWithoutAnAlert()
    {
        var sections = Directory.GetFiles(Repository.At("docs", "operations", "runbooks"), "*.md").SelectMany(File.ReadAllLines)
            .Where(line => line.StartsWith("## VideoGrain", StringComparison.Ordinal)).Select(line => line[3..]);

        Assert.Equal(Alerts.Select(alert => alert.Name).Order(StringComparer.Ordinal), sections.Order(StringComparer.Ordinal));
    }

    // Metrics that an expression is computed from, those behind recorded ones included; the first one is what it is about.
    private static IEnumerable<string> Metrics(string expression) => Metric().Matches(expression).Select(match => match.Value)
        .SelectMany(name => RuleFiles.Rules.FirstOrDefault(rule => rule.Record == name) is { } recorded ? Metrics(recorded.Expr) : [name]);

    [GeneratedRegex(@"\b(videograin_\w+|rpc_\w+|DCGM_\w+|videograin:[\w:]+|up(?=[{)]))")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^(?<measurement>.+?)\s(<|<=|>|>=|==|!=)\s[\d.]+$", RegexOptions.Singleline)]
    private static partial Regex Comparison();
}
