namespace Wsmq.Benchmarks.Work;

/// <summary>The producers and workers of each peer.</summary>
/// <param name="Producers">The producers, each with a connection of its own.</param>
/// <param name="Window">How many sends of a producer are outstanding at a time.</param>
/// <param name="Workers">The workers, each with a connection of its own.</param>
/// <param name="Concurrency">How many jobs a worker works on at a time.</param>
/// <param name="Processes">Over how many processes the producers, and over how many others the workers, are spread.</param>
internal sealed record WorkLoad(int Producers, int Window, int Workers, int Concurrency, int Processes);
