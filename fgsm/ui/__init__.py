"""The page: Gradio, HTML, CSS and JavaScript. All computing is done by `fgsm`."""
