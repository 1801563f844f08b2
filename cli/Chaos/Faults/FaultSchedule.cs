namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>Which faults come when: a pure function of the seed, the number of kills and the kinds that are to be had.</summary>
internal static class FaultSchedule
{
    private const uint Stream = 0;

    // One other fault to two kills.
    private const int KillsPerOtherFault = 2;

    // And one in four, of either kind, finds a system that has not recovered from the one before.
    private const int FaultsPerUnsettled = 4;
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(100), MostPause = TimeSpan.FromMilliseconds(2900);
    private static readonly TimeSpan LeastTrouble = TimeSpan.FromMilliseconds(500), MostTrouble = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan MostJump = TimeSpan.FromHours(1);

    /// <summary>Draws a schedule. As many kills in a row as there are processes take each of them once, in random order.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="kills">Processes to kill, 0 or more.</param>
    /// <param name="processes">The processes there are.</param>
    /// <param name="others">Which other faults there may be.</param>
    public static IReadOnlyList<Fault> Draw(ulong seed, int kills, IReadOnlyList<ServiceName> processes, IReadOnlyList<FaultKind> others)
    {
        SeededChoices choices = new(seed, Stream);
        List<Fault> faults = [];
        List<ServiceName> victims = [];
        List<FaultKind> troubles = [];
        for (int i = 0; i < kills; i++)
        {
            if (victims.Count == 0)
                victims = choices.Shuffled(processes);
            faults.Add(new Fault(Settles(choices), choices.Between(LeastPause, MostPause), FaultKind.Kill, victims[^1], TimeSpan.Zero));
            victims.RemoveAt(victims.Count - 1);
            if (others.Count == 0 || i % KillsPerOtherFault != KillsPerOtherFault - 1)
                continue;
            if (troubles.Count == 0)
                troubles = choices.Shuffled(others.Order());
            faults.Add(Trouble(troubles[^1], [.. processes.Where(p => !p.IsOrchestrator())], choices));
            troubles.RemoveAt(troubles.Count - 1);
        }

        return faults;
    }

    private static Fault Trouble(FaultKind kind, IReadOnlyList<ServiceName> stages, SeededChoices choices)
    {
        bool settles = Settles(choices);
        TimeSpan pause = choices.Between(LeastPause, MostPause), lasts = choices.Between(LeastTrouble, MostTrouble);
        return kind switch
        {
            FaultKind.StallStream or FaultKind.SlowStream => new Fault(settles, pause, kind, choices.Of(stages), lasts),
            FaultKind.CutStream => new Fault(settles, pause, kind, choices.Of(stages), TimeSpan.Zero),
            FaultKind.CutDatabase => new Fault(settles, pause, kind, ServiceName.Orchestrator, TimeSpan.Zero),
            FaultKind.FillDisk or FaultKind.StallDatabase => new Fault(settles, pause, kind, ServiceName.Orchestrator, lasts),
            _ => new Fault(settles, pause, kind, ServiceName.Orchestrator, choices.Between(-MostJump, MostJump)),
        };
    }

    private static bool Settles(SeededChoices choices) => choices.Below(FaultsPerUnsettled) > 0;
}
