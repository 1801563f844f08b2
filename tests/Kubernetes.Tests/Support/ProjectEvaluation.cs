namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>What projects come to under given properties; nothing is restored or built.</summary>
internal static class ProjectEvaluation
{
    /// <summary>Evaluates all projects in one go.</summary>
    /// <param name="calls">Projects' full paths with their global properties, such as "Cuda=true".</param>
    /// <param name="expressions">MSBuild expressions, such as "$(OutputType)" or "@(PackageReference, ',')"; their values may hold no '|'.</param>
    /// <returns>Per call the expressions' values.</returns>
    public static async Task<IReadOnlyList<string[]>> EvaluateAsync(IReadOnlyList<(string Project, IReadOnlyList<string> Properties)> calls, params string[] expressions)
    {
        using var folder = new TempFolder();
        var results = Path.Combine(folder.Path, "evaluated");
        var report = folder.Write("report.targets", $"""
            <Project>
              <Target Name="Report">
                <PropertyGroup><Line>{string.Join('|', expressions)}</Line></PropertyGroup>
                <WriteLinesToFile File="{results}" Lines="$(Line)" />
              </Target>
            </Project>
            """);
        var tasks = calls.Select(call => $"""<MSBuild Projects="{call.Project}" Targets="Report" Properties="{string.Join(';', [$"CustomAfterMicrosoftCommonTargets={report}", .. call.Properties])}" />""");
        var all = folder.Write("all.proj", $"""<Project><Target Name="All">{string.Concat(tasks)}</Target></Project>""");
        var (exitCode, output, errors) = await Tools.RunAsync("dotnet", ["msbuild", all, "-t:All", "-v:quiet", "-nodeReuse:false"]);
        Assert.True(exitCode == 0, output + errors);

        var lines = await File.ReadAllLinesAsync(results, TestContext.Current.CancellationToken);
        Assert.Equal(calls.Count, lines.Length);
        return [.. lines.Select(line => line.Split('|'))];
    }
}
