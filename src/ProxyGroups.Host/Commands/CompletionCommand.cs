using System.CommandLine;

namespace ProxyGroups.Host;

/// <summary><c>completion</c>: prints a script that makes a shell complete commands, options and names of groups. Exit code 0.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        // Words are compared here and not by compgen, which would expand what stands in them.
        ["bash"] = """
            # Put into ~/.bashrc:  source <(proxygroups completion bash)
            _proxygroups() {
                local rest="${COMP_LINE:0:COMP_POINT}" word current="${COMP_WORDS[COMP_CWORD]}"
                rest="${rest#"${COMP_WORDS[0]}"}"; rest="${rest# }"
                COMPREPLY=()
                while IFS= read -r word; do
                    [[ $word == "$current"* ]] && COMPREPLY+=("$word")
                done < <("${COMP_WORDS[0]}" "[suggest:${#rest}]" "$rest" 2>/dev/null)
            }
            complete -o default -F _proxygroups proxygroups
            """,
        ["zsh"] = """
            #compdef proxygroups
            # Put into ~/.zshrc, behind compinit:  source <(proxygroups completion zsh)
            _proxygroups() {
                local rest="${(j: :)words[2,CURRENT]}"
                local -a found=("${(@f)$("${words[1]}" "[suggest:${#rest}]" "$rest" 2>/dev/null)}")
                compadd -- $found || _files
            }
            compdef _proxygroups proxygroups
            """,
        ["fish"] = """
            # Put into ~/.config/fish/config.fish:  proxygroups completion fish | source
            function __proxygroups
                set -l words (commandline -opc) (commandline -ct)
                set -l rest (string join ' ' -- $words[2..-1])
                $words[1] "[suggest:"(string length -- "$rest")"]" "$rest" 2>/dev/null
            end
            complete -c proxygroups -a '(__proxygroups)'
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell that the script is for." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a script that completes commands, options and the names of the groups that run.\nExample: source <(proxygroups completion bash)") { shell };
        command.SetAction(parsed => Console.WriteLine(Scripts[parsed.GetValue(shell)!]));
        return command;
    }
}
