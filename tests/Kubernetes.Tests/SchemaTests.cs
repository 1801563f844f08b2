using System.Text.Json.Nodes;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>Every object against the schemas of Kubernetes and the operators; what is wrong on purpose is checked in the same run, because it takes seconds.</summary>
public sealed class SchemaTests
{
    private const string WrongOnPurpose =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: wrong-misspelt}
        spec: {ports: [{port: 1, targtPort: 2}]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: wrong-mistyped}
        spec: {selector: {matchLabels: {a: 1}}}
        ---
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: wrong-incomplete}
        spec: {triggers: [{type: cpu, metadata: {}}]}
        ---
        apiVersion: apps/v1beta1
        kind: Deployment
        metadata: {name: wrong-outdated}
        """;

    private static readonly Lazy<Task<string[]>> Problems = new(FindAsync);

    [Fact]
    public async Task EveryObject_OfEveryOverlay_KeepsToItsSchema() =>
        Assert.Equal([], (await Problems.Value).Where(problem => !problem.Contains("/wrong-", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Service/wrong-misspelt: ", "targtPort")]
    [InlineData("PodDisruptionBudget/wrong-mistyped: ", "data/spec/selector/matchLabels/a must be string")]
    [InlineData("ScaledObject/wrong-incomplete: ", "data/spec must have required property scaleTargetRef")]
    [InlineData("Deployment/wrong-outdated: ", "there is no Deployment in apps/v1beta1")]
    public async Task Checker_FindsWhatIsWrong(string item, string problem) =>
        Assert.Contains(await Problems.Value, found => found.StartsWith(item, StringComparison.Ordinal) && found.Contains(problem, StringComparison.Ordinal));

    private static async Task<string[]> FindAsync()
    {
        var all = new JsonArray([.. Yaml.Read(WrongOnPurpose)]);
        foreach (var overlay in Overlay.Names)
        {
            foreach (var item in (await Overlay.RenderAsync(overlay.Data)).Objects)
                all.Add(item.DeepClone());
        }

        var (exitCode, output, errors) = await Tools.NodeAsync("validate.mjs", all.ToJsonString());
        Assert.True(exitCode == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
