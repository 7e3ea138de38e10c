using System.CommandLine;

namespace Wsmq.Cli;

/// <summary>An id that somebody else has made: it may begin with a dash, and is no misspelt option then.</summary>
internal sealed class IdArgument(string name) : Argument<string>(name);
