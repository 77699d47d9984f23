using SwarmCompute.Guest;
using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Collection.Nvidia;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Guest.Planning;

return args switch
{
    ["run"] => await LoaderCommand.Run(TimeProvider.System),
    ["check-model", var file, "--native", var directory] => CheckModelCommand.Run(file, directory),
    ["plan-model", var file] => PlanModelCommand.Run(file, Console.OpenStandardInput()),
    ["import-model", var source, "--out", var file] => ModelCommand.Import(source, file),
    ["inspect-model", var file] => ModelCommand.Inspect(file),
    ["request", .. var options] => await RequestCommand.Run(options, TimeProvider.System),
    ["authority", .. var options] => await AuthorityCommand.Run(options, TimeProvider.System),
    ["collect", .. var options] =>
        await CollectCommand.Run(options, new TsmFiles(), () => Nvml.TryOpen(), TimeProvider.System, Console.Out, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"Usage: SwarmCompute.Guest run | {CheckModelCommand.Usage} | {PlanModelCommand.Usage} | {ModelCommand.Usage} | {AuthorityCommand.Usage} | {CollectCommand.Usage} | {RequestCommand.Usage}");
    return 2;
}
