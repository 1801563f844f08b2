namespace VideoGrain.Golden;

/// <summary>
/// Checks the cases of one group (the letter their folder's name starts with). To add a group, put a class that implements this into Groups/;
/// it is found by reflection, needs a public constructor without parameters, and no other file changes.
/// A runner reads everything from the case, so that new cases of its group need no new code. The harness fails a case
/// that has a field the runner does not declare, or a tensor it neither read nor skipped by name: nothing goes unchecked by accident.
/// </summary>
public interface IGroupRunner
{
    /// <summary>The group's letter.</summary>
    string Group { get; }

    /// <summary>Fields of case.json that the runner understands, besides <see cref="GoldenCase.CommonFields"/>.</summary>
    IReadOnlyCollection<string> Fields { get; }

    /// <summary>Computes what the case describes and compares it through <see cref="GoldenContext.Report"/>.</summary>
    void Run(GoldenCase golden, GoldenContext context);
}
