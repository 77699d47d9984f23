global using Xunit;

// Each test runs a whole swarm: one after the other, so that each has the machine for itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
