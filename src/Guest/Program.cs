using SwarmCompute.Guest.Authority;

return args switch
{
    ["authority", .. var options] => await AuthorityCommand.Run(options, TimeProvider.System),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"Usage: SwarmCompute.Guest run | {AuthorityCommand.Usage}");
    return 2;
}
