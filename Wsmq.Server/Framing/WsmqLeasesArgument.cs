using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Framing;

namespace Wsmq;

/// <summary>
/// Several jobs as an argument of a hub method: an array on the wire. Public because SignalR binds arguments of public methods only; apps have
/// no use for it.
/// </summary>
/// <remarks>
/// Anything else is read as well, so that the hub can answer with a code; SignalR would answer with a binding error without one.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(LeasesArgumentConverter))]
public sealed class WsmqLeasesArgument
{
    /// <summary>The maximum number of jobs in one array, as of <see cref="WsmqMessagesArgument"/>.</summary>
    internal const int Most = WsmqMessagesArgument.Most;

    private readonly IReadOnlyList<JobLease> _leases;
    private readonly WsmqException? _defect;

    internal WsmqLeasesArgument(IReadOnlyList<JobLease> leases, WsmqException? defect) => (_leases, _defect) = (leases, defect);

    /// <summary>The jobs; none if the argument is malformed.</summary>
    internal int Count => _leases.Count;

    /// <summary>The jobs.</summary>
    /// <exception cref="WsmqException">The argument is something else, or has too many jobs.</exception>
    internal IReadOnlyList<JobLease> Leases => _defect is null ? _leases : throw _defect;
}

internal sealed class LeasesArgumentConverter : JsonConverter<WsmqLeasesArgument>
{
    public override bool HandleNull => true;

    public override WsmqLeasesArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return Refused("the jobs are an array of objects with position and token");
        }

        var leases = new List<JobLease>();
        WsmqLeasesArgument? refused = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (refused is not null)
                reader.Skip();
            else if (leases.Count == WsmqLeasesArgument.Most)
                refused = Refuse(ref reader, $"a call completes at most {WsmqLeasesArgument.Most} jobs");
            else
                refused = Add(ref reader, leases);
        }

        return refused ?? new WsmqLeasesArgument(leases, null);
    }

    public override void Write(Utf8JsonWriter writer, WsmqLeasesArgument value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer, value.Leases.Select(l => new WsmqJobLease(l.Job.ToString(), l.Token)).ToArray(), WsmqJsonContext.Default.WsmqJobLeaseArray);

    private static WsmqLeasesArgument? Add(ref Utf8JsonReader reader, List<JobLease> leases)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return Refuse(ref reader, "a job is an object with position and token");
        string? position = null, token = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (isPosition, isToken) = (reader.ValueTextEquals(Wire.Position), reader.ValueTextEquals(Wire.Token));
            reader.Read();
            if (isPosition)
                position = TextOf(ref reader);
            else if (isToken)
                token = TextOf(ref reader);
            else
                reader.Skip();
        }

        try
        {
            leases.Add(LeaseArgument.Of(position, token));
            return null;
        }
        catch (WsmqException e)
        {
            return new WsmqLeasesArgument([], e);
        }
    }

    // Neither a position nor a token has other characters: what is longer or escaped is malformed in any case.
    private static string? TextOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length <= WsmqPosition.Length)
            return reader.GetString();
        reader.Skip();
        return null;
    }

    private static WsmqLeasesArgument Refuse(ref Utf8JsonReader reader, string reason)
    {
        reader.Skip();
        return Refused(reason);
    }

    private static WsmqLeasesArgument Refused(string reason) => new([], new WsmqException(WsmqErrors.InvalidMessage, reason));
}
