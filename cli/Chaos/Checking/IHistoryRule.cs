namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>One promise of the model of a job.</summary>
internal interface IHistoryRule
{
    /// <summary>Finds where a history breaks the promise.</summary>
    IEnumerable<Breach> Check(CheckedHistory history);
}
