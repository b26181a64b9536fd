using System.Net;
using System.Net.Http.Headers;

namespace ProxyGroups.Host.Steering;

/// <summary>A front door that is reached at its AdminEndpoint, with the token.</summary>
internal sealed record RemoteFrontDoor(string Url, string? TokenFile)
{
    /// <exception cref="SteeringException">It is no address, or the token would be seen on its way.</exception>
    public Uri Address => Uri.TryCreate(Url, UriKind.Absolute, out var address) && address.PathAndQuery == "/"
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsOfThisMachine(address)))
        ? address
        : throw new SteeringException(ExitCode.WrongUse, $"{Url} is no address to send a token to. Write https://HOST:PORT, or http://127.0.0.1:PORT for this machine or the end of an SSH tunnel.");

    /// <exception cref="SteeringException">There is no token, or others may read it.</exception>
    public AuthenticationHeaderValue ReadToken()
    {
        if (TokenFile is null)
        {
            throw new SteeringException(ExitCode.WrongUse, "--url needs --token-file FILE, a copy of what the front door's AdminEndpoint:TokenFile holds.");
        }

        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(TokenFile) & (UnixFileMode)0b111_111) != 0)
            {
                throw new SteeringException(ExitCode.WrongUse, $"{TokenFile} may be read or changed by others. Run: chmod 600 {TokenFile}");
            }

            return new("Bearer", File.ReadAllText(TokenFile).TrimEnd('\r', '\n'));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException(ExitCode.WrongUse, $"The token cannot be read: {exception.Message}");
        }
    }

    private static bool IsOfThisMachine(Uri address) => address.Host == "localhost" || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
