namespace VideoGrain.Golden;

/// <summary>Runs every golden case with the runner of its group.</summary>
public sealed class GoldenTests(GoldenContext context)
{
    private static readonly Dictionary<string, IGroupRunner> Runners = typeof(IGroupRunner).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IGroupRunner)))
        .Select(type => (IGroupRunner)Activator.CreateInstance(type)!)
        .ToDictionary(runner => runner.Group, StringComparer.Ordinal);

    public static TheoryData<string> Cases => [.. GoldenDirectory.Cases()];

    [Fact]
    public void GoldenDirectory_Always_HoldsCases() => Assert.NotEmpty(GoldenDirectory.Cases());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Port_GoldenCase_AgreesWithThePublishedImplementation(string folder)
    {
        using var golden = GoldenCase.Open(Path.Combine(GoldenDirectory.Root, folder));
        Assert.True(Runners.TryGetValue(golden.Group, out var runner), $"no runner understands group '{golden.Group}' of case {golden.Name}");

        var unknown = golden.Json.EnumerateObject().Select(field => field.Name).Except(GoldenCase.CommonFields).Except(runner.Fields).ToArray();
        Assert.True(unknown.Length == 0, $"case {golden.Name} has fields that its runner does not understand: {string.Join(", ", unknown)}");

        runner.Run(golden, context);
        var unread = golden.Unread();
        Assert.True(unread.Count == 0, $"case {golden.Name} has tensors that its runner does not understand: {string.Join(", ", unread)}");
    }
}
