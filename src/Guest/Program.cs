using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Loader;

return args switch
{
    ["run"] => await LoaderCommand.Run(TimeProvider.System),
    ["authority", .. var options] => await AuthorityCommand.Run(options, TimeProvider.System),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"Usage: SwarmCompute.Guest run | {AuthorityCommand.Usage}");
    return 2;
}
