using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Fuzz.Tests.Mutation;
using VideoGrain.Fuzz.Tests.Running;
using VideoGrain.Fuzz.Tests.Seeds;
using VideoGrain.Protos.V1;

namespace VideoGrain.Fuzz.Tests;

/// <summary>
/// Requests changed by the contract's own descriptors, against real services: no crash, no hang, no status that means a defect. Number, seed and call of a
/// request that fails are in the message; VIDEOGRAIN_FUZZ_SEED, _FIRST and _COUNT make it again.
/// </summary>
public sealed class MutatedRequestTests(FuzzedSystem system)
{
    // Far above what the small limits let anything take, so that only a call that never ends counts as hung.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const int BrokenOneIn = 10;
    private const int FollowedOneIn = 8;

    private readonly Dictionary<string, Func<IEnumerable<IMessage>>[]> _seeds =
        StageSeeds.All.Concat(OrchestratorSeeds.All(system)).ToDictionary(entry => entry.Key, entry => entry.Value);

    public static TheoryData<string> Calls() => new(FuzzedSystem.Methods.Keys);

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_WithGoodRequests_Succeeds(string call)
    {
        foreach (var seed in _seeds[call])
        {
            var outcome = await SendAsync(call, [.. seed().Select(message => message.ToByteArray())]);
            Assert.Equal((StatusCode.OK, ""), (outcome.Code, outcome.Detail));
            await TidyAsync(call, outcome, follow: false);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_WithMutatedRequests_IsAnsweredWithinTheContract(string call)
    {
        List<string> problems = [];
        var answers = new SortedDictionary<StatusCode, int>();
        for (var index = FuzzSettings.First; index < FuzzSettings.First + FuzzSettings.Count; index++)
        {
            var (messages, bytes, broken) = Requests(call, index);
            var outcome = await SendAsync(call, bytes);
            answers[outcome.Code] = answers.GetValueOrDefault(outcome.Code) + 1;
            if (Problem(outcome) is { } problem)
                problems.Add($"{call} seed {FuzzSettings.Seed} request {index}{(broken ? " (broken bytes)" : "")}: {problem}\n{Show(messages)}");

            if (await TidyAsync(call, outcome, index % FollowedOneIn == 0) is { } late)
                problems.Add($"{call} seed {FuzzSettings.Seed} request {index}: {late}\n{Show(messages)}");

            problems.AddRange(system.TakeErrors().Select(line => $"{call} seed {FuzzSettings.Seed} request {index} logged: {line}\n{Show(messages)}"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", answers.Select(answer => $"{answer.Key} {answer.Value}")));
        Assert.True(problems.Count == 0, $"{problems.Count} problems\n{string.Join("\n\n", problems.Take(20))}");
    }

    private (IReadOnlyList<IMessage> Messages, IReadOnlyList<byte[]> Bytes, bool Broken) Requests(string call, int index)
    {
        var method = FuzzedSystem.Methods[call];
        var random = FuzzSettings.RandomFor(call, index);
        var seeds = _seeds[call];
        var messages = new StreamMutator(random).Mutate(method.InputType, [.. seeds[random.Next(seeds.Length)]()], method.IsClientStreaming);
        List<byte[]> bytes = [.. messages.Select(message => WireMutator.Write(message, random))];
        var broken = bytes.Count > 0 && random.Next(BrokenOneIn) == 0;
        if (broken)
        {
            var at = random.Next(bytes.Count);
            bytes[at] = WireMutator.Break(bytes[at], random);
        }

        return (messages, bytes, broken);
    }

    private Task<Outcome> SendAsync(string call, IReadOnlyList<byte[]> requests)
    {
        var method = FuzzedSystem.Methods[call];

        // These go on for as long as the caller listens, or compute what the caller may not want.
        var enough = call is "ExternalScaler.StreamIsActive" or "OrchestratorService.EditVideo" ? 1 : int.MaxValue;
        return RawCall.SendAsync(system.InvokerOf(method), method, requests, enough, Patience);
    }

    private static string? Problem(Outcome outcome) => outcome switch
    {
        { IsHung: true } => "did not end",
        { Code: StatusCode.Unknown } => $"UNKNOWN: {outcome.Detail}",
        { Code: StatusCode.Internal } => $"INTERNAL: {outcome.Detail}",
        { Code: StatusCode.InvalidArgument, HasReason: false } => $"INVALID_ARGUMENT without details: {outcome.Detail}",
        _ => null,
    };

    /// <summary>Undoes what a request did; what is wrong with the edit that it began, if anything.</summary>
    private async Task<string?> TidyAsync(string call, Outcome outcome, bool follow)
    {
        if (outcome.Code != StatusCode.OK)
            return null;
        if (call == "OrchestratorService.DeleteEdit")
            await system.RenewDeletableAsync();
        if (call != "OrchestratorService.SubmitEdit")
            return null;

        var id = SubmitEditResponse.Parser.ParseFrom(outcome.Responses[0]).Edit.Id;
        var ended = follow ? await system.EndAsync(id) : null;
        await system.DiscardAsync(id);
        return ended is { State: EditState.Failed, Failure.Code: (int)StatusCode.Internal or (int)StatusCode.Unknown }
            ? $"the edit failed: {ended.Failure.Reason} {ended.Failure.Message}"
            : null;
    }

    private static string Show(IReadOnlyList<IMessage> messages)
    {
        const int most = 1500;
        var text = string.Join("\n", messages.Take(4).Select(message => string.Create(CultureInfo.InvariantCulture, $"  {Cut(message.ToString() ?? "", most)}")));
        return messages.Count > 4 ? $"{text}\n  and {messages.Count - 4} more" : text;
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "...");
}
