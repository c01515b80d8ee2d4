"""The page. Gradio, HTML, CSS and JavaScript; whatever is computed, `fgsm` computes."""
