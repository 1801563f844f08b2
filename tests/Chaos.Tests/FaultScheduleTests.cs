using VideoGrain.Cli.Chaos;
using VideoGrain.Cli.Chaos.Faults;
using VideoGrain.Cli.Chaos.Workload;

namespace VideoGrain.Chaos.Tests;

/// <summary>What a run does follows from its seed.</summary>
public sealed class FaultScheduleTests
{
    private const int Kills = 50;
    private static readonly ServiceName[] All = Enum.GetValues<ServiceName>();
    private static readonly FaultKind[] Others = [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.Kill)];

    [Fact]
    public void EqualSeeds_GiveEqualFaultsAndPlans()
    {
        Assert.Equal(FaultSchedule.Draw(7, Kills, All, Others), FaultSchedule.Draw(7, Kills, All, Others));
        Assert.Equal(JobPlan.Draw(7, caller: 2, job: 5), JobPlan.Draw(7, caller: 2, job: 5));
    }

    [Fact]
    public void OtherSeeds_GiveOtherFaultsAndPlans()
    {
        Assert.NotEqual(FaultSchedule.Draw(7, Kills, All, Others), FaultSchedule.Draw(8, Kills, All, Others));
        Assert.NotEqual(Plans(7), Plans(8));

        static IEnumerable<JobPlan> Plans(ulong seed) => Enumerable.Range(0, 20).Select(job => JobPlan.Draw(seed, 0, job));
    }

    [Fact]
    public void LongerRun_BeginsAsTheShorterOne() =>
        Assert.Equal(FaultSchedule.Draw(7, 20, All, Others), FaultSchedule.Draw(7, Kills, All, Others).Take(FaultSchedule.Draw(7, 20, All, Others).Count));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryServiceIsKilled_AndEveryOtherFaultComes(ulong seed)
    {
        IReadOnlyList<Fault> schedule = FaultSchedule.Draw(seed, Kills, All, Others);

        Assert.Equal(Kills, schedule.Count(fault => fault.Kind == FaultKind.Kill));
        Assert.All(All, name => Assert.Equal(Kills / All.Length, schedule.Count(fault => fault.Kind == FaultKind.Kill && fault.Target == name)));
        Assert.All(Others, kind => Assert.Contains(schedule, fault => fault.Kind == kind));
    }

    [Fact]
    public void WithoutOtherFaults_ThereAreOnlyKills() =>
        Assert.All(FaultSchedule.Draw(7, Kills, All, []), fault => Assert.Equal(FaultKind.Kill, fault.Kind));

    [Fact]
    public void CallersDoEverything_InTheLongRun()
    {
        List<JobPlan> plans = [.. Enumerable.Range(0, 100).Select(job => JobPlan.Draw(7, caller: 0, job))];

        Assert.Equal(Enum.GetValues<Behaviour>(), plans.Select(plan => plan.Behaviour).Distinct().Order());
        Assert.Equal(ToyEdit.All.Count, plans.Select(plan => plan.Edit).Distinct().Count());
        Assert.Equal(plans.Count, plans.Select(plan => plan.RequestKey).Distinct().Count());
    }
}
