using System.CommandLine;
using VideoGrain.Cli.Hosting;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin serve</c>: the four services in one process, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create(App app)
    {
        HostOptions host = new();
        return new Command("serve", "Run the four services in one process, on loopback, until Ctrl-C.") { host.Port, host.Data, host.Models }
            .Does(app, async (context, cancellation) =>
            {
                await using AllInOneHost services = await host.StartAsync(context, context.Get(host.Port), context.Get(host.Data) ?? HostOptions.DefaultData, cancellation);
                if (context.Terminal.Json)
                    context.Terminal.WriteJson(new { Address = services.Address });
                else
                    await context.Terminal.Output.WriteLineAsync($"ready at {services.Address}");
                await services.WaitAsync(cancellation);
                return ExitCodes.Success;
            });
    }
}
