global using Xunit;

// Each test runs a whole swarm: one after the other, so that each has the machine for itself.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
