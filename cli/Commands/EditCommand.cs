using System.CommandLine;
using Grpc.Core;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary>
/// <c>videograin edit SPEC</c>: submit, watch and download in one. Without an address it runs the four services itself, for as
/// long as the edit takes. Ctrl-C cancels the edit.
/// </summary>
internal static class EditCommand
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(10);

    public static Command Create(App app)
    {
        Argument<string> specification = EditArguments.Specification();
        Option<string> folder = EditArguments.OutputFolder();
        HostOptions host = new();
        Command command = new("edit", "Submit an edit, follow it, fetch its files; starts the services itself when no address is given.")
        {
            specification, folder, host.Models, host.Data,
        };
        return command.Does(app, async (context, cancellation) =>
        {
            // Errors of the specification are cheaper before services start.
            _ = Specification.SpecificationReader.Read(context.Get(specification)!);
            await using AllInOneHost? own = context.GivenAddress is null ? await host.StartAsync(context, Ports.Free, context.Get(host.Data), cancellation) : null;
            using EditClient client = context.Connect(own?.Address);
            SubmitEditResponse submitted = await SubmitCommand.SendAsync(context, client, context.Get(specification)!, cancellation);
            Edit edit = await FollowOrCancelAsync(context, client, submitted.Edit.Id, context.Get(folder)!, cancellation);
            if (edit.State != EditState.Succeeded)
                return Fail(context, edit);
            foreach (string path in await ArtifactFolder.FetchAsync(client, edit, [], context.Get(folder)!, cancellation))
            {
                if (context.Terminal.Json)
                    context.Terminal.WriteJson(new { File = path });
                else
                    await context.Terminal.Output.WriteLineAsync(path);
            }

            return ExitCodes.Success;
        });
    }

    /// <summary>Follows an edit; being interrupted cancels it at the server too.</summary>
    internal static async Task<Edit> FollowOrCancelAsync(
        CommandContext context, EditClient client, string id, string folder, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return await Follow.RunAsync(client, id, 0, folder, context.Terminal, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            using CancellationTokenSource patience = new(CancelPatience, context.Time);
            try
            {
                await client.CancelAsync(id, patience.Token);
                await context.Terminal.Error.WriteLineAsync($"edit {id} is cancelled");
            }
            catch (RpcException e)
            {
                await context.Terminal.Error.WriteLineAsync($"edit {id} could not be cancelled: {e.Status.Detail}");
            }

            throw new OperationCanceledException(cancellation);
        }
    }

    private static int Fail(CommandContext context, Edit edit)
    {
        if (edit.State == EditState.Cancelled)
        {
            context.Terminal.WriteFailure(new Failure(ExitCodes.EditCancelled, "CANCELLED", $"Edit {edit.Id} was cancelled.", []));
            return ExitCodes.EditCancelled;
        }

        EditFailure why = edit.Failure ?? new EditFailure { Reason = "INTERNAL", Message = "The edit failed; the server's log says more." };
        FailureDetail[] details =
        [
            .. why.Violations.Select(v => context.Places!.Locate(v.Field, v.Description)).Select(e => new FailureDetail(e.File, e.Line, e.Column, e.Field, e.Message)),
        ];
        context.Terminal.WriteFailure(new Failure(ExitCodes.EditFailed, why.Reason, why.Message, details));
        return ExitCodes.EditFailed;
    }
}
