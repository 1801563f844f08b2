using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>Does to a system what a schedule says, when it says so.</summary>
/// <param name="system">The system.</param>
/// <param name="recorder">Where every fault is written down.</param>
/// <param name="tell">Called with every fault, for people.</param>
/// <param name="time">Clock of the pauses.</param>
internal sealed class FaultInjector(ChaosSystem system, HistoryRecorder recorder, Action<string> tell, TimeProvider time)
{
    /// <summary>Goes through a schedule; returns when the last fault is over.</summary>
    public async Task RunAsync(IReadOnlyList<Fault> schedule, CancellationToken cancellation)
    {
        List<Task> lasting = [];
        for (int i = 0; i < schedule.Count; i++)
        {
            if (schedule[i].Settles)
                await system.EnsureReadyAsync(cancellation);
            await Task.Delay(schedule[i].Pause, time, cancellation);
            recorder.Fault(schedule[i].ToString());
            tell($"{i + 1}/{schedule.Count} {schedule[i]}");
            lasting.Add(await BeginAsync(schedule[i], cancellation));
        }

        await Task.WhenAll(lasting);
        if (schedule.Any(f => f.Kind == FaultKind.JumpClock))
        {
            recorder.Fault("put the clock right");
            system.Clock!.SetOffset(TimeSpan.Zero);
        }
    }

    private async Task<Task> BeginAsync(Fault fault, CancellationToken cancellation)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                await system.Service(fault.Target).KillAndRestartAsync(cancellation);
                return Task.CompletedTask;
            case FaultKind.CutStream:
                system.Proxy(fault.Target).Cut();
                return Task.CompletedTask;
            case FaultKind.StallStream:
                return EndAsync(system.Proxy(fault.Target).Stall());
            case FaultKind.SlowStream:
                return EndAsync(system.Proxy(fault.Target).Slow());
            case FaultKind.CutDatabase:
                system.Database!.Cut();
                return Task.CompletedTask;
            case FaultKind.StallDatabase:
                return EndAsync(system.Database!.Stall());
            case FaultKind.FillDisk:
                return EndAsync(system.Disk!.Fill());
            default:
                system.Clock!.SetOffset(fault.Lasts);
                return Task.CompletedTask;
        }

        async Task EndAsync(IDisposable trouble)
        {
            using (trouble)
                await Task.Delay(fault.Lasts, time, cancellation);
            recorder.Fault("end of: " + fault);
        }
    }
}
