global using System.Collections.Immutable;
global using SwarmCompute.Grains.Interfaces;
global using Xunit;
