global using System.Collections.Immutable;
global using SwarmCompute.Grains.Interfaces;
